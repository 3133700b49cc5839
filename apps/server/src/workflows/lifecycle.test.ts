import { describe, expect, it } from 'vitest';

import { transition } from './lifecycle.ts';
import type { LifecycleAction } from './lifecycle.ts';
import type { WorkflowStatus } from './workflow-store.ts';

const STATUSES: WorkflowStatus[] = ['draft', 'pending', 'active', 'paused', 'stopped', 'finished'];

/** Where each action leads, in the order of `STATUSES`; `-`: it is refused. */
const TABLE: Record<LifecycleAction, string> = {
  publish: 'active active active paused active active',
  start: '- active - active active active',
  pause: '- - paused - - -',
  resume: '- - - active - -',
  stop: '- stopped stopped stopped - stopped',
  finish: '- - finished - - -',
};
const ACTIONS = Object.keys(TABLE) as LifecycleAction[];

describe('the lifecycle', () => {
  it.each(ACTIONS)('%s leads where it should from every status', (action) => {
    const led = STATUSES.map((status) => {
      const next = transition(status, action);
      return next.kind === 'to' ? next.status : '-';
    });
    expect(led.join(' ')).toBe(TABLE[action]);
  });

  it('waits for a start that is planned, except where the workflow runs', () => {
    const led = STATUSES.map((status) => transition(status, 'publish', true));
    expect(led.map((next) => (next.kind === 'to' ? next.status : '-')).join(' ')).toBe(
      'pending pending active paused pending pending',
    );
  });

  it('says of everything that is refused what the workflow is, and what to do', () => {
    for (const action of ACTIONS) {
      for (const status of STATUSES) {
        const next = transition(status, action);
        if (next.kind === 'to') continue;
        expect(next.code).toBe(`workflow-is-${status}`);
        expect(next.message).toMatch(
          new RegExp(
            `^The workflow is (a )?${status}: (publish|start|stop|resume|change|delete|there is) ?.*\\.$`,
          ),
        );
      }
    }
  });
});
