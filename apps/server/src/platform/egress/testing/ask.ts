import { request } from 'undici';
import type { Dispatcher } from 'undici';

import { egressRefusedIn, guardedAgent, parseEgressAllow } from '../index.ts';
import type { EgressPolicy, GuardOptions, Refusal } from '../index.ts';

/** What a request really came to. `failed` is a failure for any other reason than the policy. */
export type Asked =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

export function policyFrom(setting: string | undefined, ownOrigins: readonly string[] = []): EgressPolicy {
  const outcome = parseEgressAllow(setting, () => ownOrigins);
  if (outcome.kind === 'invalid') throw new Error(outcome.problems.join('\n'));
  return outcome.policy;
}

/** Sends a request with a body by an agent of its own. */
export async function ask(url: string, guard: GuardOptions): Promise<Asked> {
  const agent = guardedAgent(guard);
  try {
    return await askBy(agent, url);
  } finally {
    await agent.destroy();
  }
}

export async function askBy(dispatcher: Dispatcher, url: string): Promise<Asked> {
  try {
    const answer = await request(url, { dispatcher, method: 'POST', body: 'a secret' });
    return { kind: 'answered', status: answer.statusCode, body: await answer.body.text() };
  } catch (error) {
    const refused = egressRefusedIn(error);
    return refused === undefined
      ? { kind: 'failed', error }
      : { kind: 'refused', refusal: refused.refusal, error };
  }
}
