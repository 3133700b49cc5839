import type { LoadedStep, StepAt } from '../loaded-step.ts';
import { executeDelays } from './delay.ts';
import type { ExecutorTools } from './executor.ts';
import { executeGeneratedEvents } from './generate-event.ts';
import { executeIssuances } from './issue-credential.ts';
import { executeIntegrations } from './outgoing-integration.ts';
import { executeProfileFilters } from './profile-filter.ts';
import { executeEmails } from './send-email.ts';
import { executeProfileUpdates } from './update-profile.ts';

/** Executes steps of any kinds; each kind has its executor and goes on by itself. */
export async function executeSteps(tools: ExecutorTools, steps: readonly LoadedStep[]): Promise<void> {
  const of = <Kind extends LoadedStep['node']['type']>(kind: Kind): StepAt<Kind>[] =>
    steps.filter((step): step is StepAt<Kind> => step.node.type === kind);
  await Promise.all([
    executeIntegrations(tools, of('outgoing-integration')),
    executeGeneratedEvents(tools, of('generate-event')),
    executeProfileUpdates(tools, of('update-profile')),
    executeIssuances(tools, of('issue-credential')),
    executeEmails(tools, of('send-email')),
    executeProfileFilters(tools, of('profile-filter')),
    executeDelays(tools, of('delay')),
  ]);
}
