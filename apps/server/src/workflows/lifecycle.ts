import type { WorkflowStatus } from './workflow-store.ts';

/** What can be done to a workflow besides saving it. `finish`: its triggers are over. */
export type LifecycleAction = 'publish' | 'start' | 'pause' | 'resume' | 'stop' | 'finish';

/** Something that cannot be done now. */
export interface Conflict {
  readonly kind: 'conflict';
  /** Stable, for programs. */
  readonly code: string;
  /** For people: what is in the way, and what to do. */
  readonly message: string;
}

export type Transition = { readonly kind: 'to'; readonly status: WorkflowStatus } | Conflict;

type Table = Readonly<Record<WorkflowStatus, WorkflowStatus | { readonly instead: string }>>;

const PUBLISH_FIRST = { instead: 'publish it first' };
const START = { instead: 'start it' };

/** Where each action leads from each status; or what to do instead. */
const TRANSITIONS: Readonly<Record<LifecycleAction, Table>> = {
  // A pause is kept: what is repaired while runs stand still is published before they go on.
  publish: {
    draft: 'active',
    pending: 'pending',
    active: 'active',
    paused: 'paused',
    stopped: 'active',
    finished: 'active',
  },
  start: {
    draft: PUBLISH_FIRST,
    pending: 'active',
    active: { instead: 'there is nothing to start' },
    paused: 'active',
    stopped: 'active',
    finished: 'active',
  },
  pause: {
    draft: PUBLISH_FIRST,
    pending: { instead: 'change its start time, or stop it' },
    active: 'paused',
    paused: { instead: 'resume it, or stop it' },
    stopped: START,
    finished: { instead: 'stop it, to end the runs inside' },
  },
  resume: {
    draft: PUBLISH_FIRST,
    pending: START,
    active: { instead: 'there is nothing to resume' },
    paused: 'active',
    stopped: START,
    finished: START,
  },
  stop: {
    draft: { instead: 'delete it, if it is not wanted' },
    pending: 'stopped',
    active: 'stopped',
    paused: 'stopped',
    stopped: { instead: 'start it, or delete it' },
    finished: 'stopped',
  },
  finish: {
    draft: PUBLISH_FIRST,
    pending: START,
    active: 'finished',
    paused: { instead: 'resume it, or stop it' },
    stopped: START,
    finished: START,
  },
};

/** What an action leads to; `startsLater`: a start in the future is planned. */
export function transition(status: WorkflowStatus, action: LifecycleAction, startsLater = false): Transition {
  const next = TRANSITIONS[action][status];
  if (typeof next !== 'string') {
    const message = `The workflow is ${status === 'draft' ? 'a draft' : status}: ${next.instead}.`;
    return { kind: 'conflict', code: `workflow-is-${status}`, message };
  }
  if (action !== 'publish' || status === 'active' || status === 'paused') return { kind: 'to', status: next };
  return { kind: 'to', status: startsLater ? 'pending' : 'active' };
}
