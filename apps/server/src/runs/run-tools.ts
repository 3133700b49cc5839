import type { EventLog } from '../events/index.ts';
import type { Delivery } from '../integrations/index.ts';
import type { WorkflowVersions } from '../workflows/index.ts';
import type { RecordTools } from './record-changes.ts';
import type { FetchData } from './render-steps.ts';

/** What the use cases of people on runs stand on, beside the platform: the parts of the pipeline. */
export interface RunTools extends RecordTools {
  readonly log: EventLog;
  readonly versions: WorkflowVersions;
  readonly delivery: Delivery;
  readonly fetchData: FetchData;
}
