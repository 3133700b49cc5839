export { ActiveWorkflows, WorkflowVersions } from './active-workflows.ts';
export type { EventMatches, Trigger, WorkflowVersion } from './active-workflows.ts';
export { engine } from './check-environment.ts';
export { saveWorkflow } from './save-workflow.ts';
export type { SaveOutcome, SaveWorkflow } from './save-workflow.ts';
export { findWorkflow, listWorkflows, readVersion } from './workflow-store.ts';
export type { Workflow, WorkflowStatus } from './workflow-store.ts';
