export { eraseRuns } from './erase-runs.ts';
export { startRunsOn } from './start-runs.ts';
export { STEP_QUEUE } from './step-job.ts';
export type { StepJob, StepQueue } from './step-job.ts';
export { StepWorker } from './step-worker.ts';
export type { FetchData } from './render-steps.ts';
export { NO_HAND_OFF } from './recorded-change.ts';
export type { HandOff } from './recorded-change.ts';
export { listRuns, readRun } from './read-runs.ts';
