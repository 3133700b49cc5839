import { createEngine } from '@laurel/inserts';
import type { CheckEnvironment } from '@laurel/workflow';

import { listEventDefinitions } from '../events/index.ts';
import { listConnections } from '../integrations/index.ts';
import type { Queryable } from '../platform/db/database.ts';
import { listSegments } from '../segments/index.ts';

/** One engine for the process: it caches what it compiled. */
export const engine = createEngine();

/** What validation may ask about a workspace, read in one go. */
export async function loadCheckEnvironment(db: Queryable, workspaceId: string): Promise<CheckEnvironment> {
  const definitions = await listEventDefinitions(db, workspaceId);
  const connections = await listConnections(db, workspaceId);
  const segments = await listSegments(db, workspaceId);
  const names = new Set(definitions.map(({ name }) => name));
  const ids = new Set(connections.map(({ id }) => id));
  return {
    hasEventDefinition: (name) => names.has(name),
    hasConnection: (id) => ids.has(id),
    hasSegment: (reference) => segments.some(({ id, name }) => id === reference || name === reference),
    checkTemplate: (source, output, field) =>
      engine.check(source, { output }).map(({ severity, code, message, line, column }) => ({
        severity,
        code,
        message,
        field,
        line,
        column,
      })),
  };
}
