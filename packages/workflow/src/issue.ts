/** Something about a workflow that its author should see: where it is and what to do about it. */
export interface Issue {
  /** An error keeps the workflow from running; a warning does not. */
  readonly severity: 'error' | 'warning';
  /** Stable, for programs. */
  readonly code: string;
  readonly message: string;
  /** The node concerned; absent where it is the whole workflow. */
  readonly nodeId?: string;
  /** The field of the node, as a path such as `settings.url` or `settings.headers[1].value`. */
  readonly field?: string;
  /** Where in a template field, counted from 1. */
  readonly line?: number;
  readonly column?: number;
}

/** An issue of one node's settings, before the node is known. */
export type SettingsIssue = Omit<Issue, 'nodeId'>;
