export { parseEgressAllow } from './egress-policy.ts';
export type {
  AddressVerdict,
  Destination,
  DestinationVerdict,
  EgressAllowOutcome,
  EgressPolicy,
  UrlVerdict,
} from './egress-policy.ts';
export { EGRESS_SETTING, EgressRefused, egressRefusedIn } from './egress-refused.ts';
export type { Refusal, RefusalReason } from './egress-refused.ts';
export { guardedAgent, guardedConnector } from './guarded-agent.ts';
export type { GuardedAgentOptions, GuardOptions } from './guarded-agent.ts';
