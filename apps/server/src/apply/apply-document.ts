import type { Document } from '@laurel/contract';
import { parseSegment } from '@laurel/workflow';

import { putCatalog } from '../catalogs/index.ts';
import { putEventDefinition } from '../events/index.ts';
import { listConnections, putConnection } from '../integrations/index.ts';
import { putGroup } from '../issuer/index.ts';
import type { Tx } from '../platform/db/database.ts';
import { ConcurrentWriteError } from '../platform/db/transaction.ts';
import type { Platform } from '../platform/platform.ts';
import { putSchema } from '../schemas/index.ts';
import { saveSegment, segmentNamed } from '../segments/index.ts';
import { findWorkflow, saveWorkflow } from '../workflows/index.ts';

export interface DocumentError {
  readonly field: string;
  readonly message: string;
}

export interface DocumentResult {
  readonly kind: Document['kind'];
  readonly name: string;
  readonly id?: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** Warnings that a person should read. */
  readonly notes: string[];
}

export type DocumentOutcome =
  | { readonly kind: 'applied'; readonly result: DocumentResult }
  | { readonly kind: 'refused'; readonly message: string; readonly errors: DocumentError[] };

type DocumentOf<Kind extends Document['kind']> = Extract<Document, { kind: Kind }>;

/** Applies one document as part of the caller's transaction. */
export async function applyDocument(
  tx: Tx,
  platform: Platform,
  workspaceId: string,
  document: Document,
): Promise<DocumentOutcome> {
  switch (document.kind) {
    case 'EventDefinition':
      return await applyEventDefinition(tx, workspaceId, document);
    case 'Schema':
      return await applySchema(tx, platform, workspaceId, document);
    case 'Catalog':
      return await applyCatalog(tx, platform, workspaceId, document);
    case 'Connection':
      return await applyConnection(tx, platform, workspaceId, document);
    case 'Group':
      return await applyGroup(tx, platform, workspaceId, document);
    case 'Segment':
      return await applySegment(tx, platform, workspaceId, document);
    case 'Workflow':
      return await applyWorkflow(tx, platform, workspaceId, document);
  }
}

function applied(
  document: Document,
  outcome: DocumentResult['outcome'],
  more: { id?: string | number; notes?: string[] } = {},
): DocumentOutcome {
  const { id, notes = [] } = more;
  const name = document.metadata.name;
  return {
    kind: 'applied',
    result: { kind: document.kind, name, ...(id !== undefined && { id: String(id) }), outcome, notes },
  };
}

function refused(message: string, errors: DocumentError[] = []): DocumentOutcome {
  return { kind: 'refused', message, errors };
}

async function applyEventDefinition(
  tx: Tx,
  workspaceId: string,
  document: DocumentOf<'EventDefinition'>,
): Promise<DocumentOutcome> {
  const { name } = document.metadata;
  if (!/^[a-zA-Z0-9._-]{2,32}$/.test(name)) {
    return refused('its name must be 2 to 32 letters, digits, ".", "-" or "_"');
  }
  const { displayName = name, description } = document.spec;
  return applied(document, await putEventDefinition(tx, { workspaceId, name, displayName, description }));
}

async function applyConnection(
  tx: Tx,
  platform: Platform,
  workspaceId: string,
  document: DocumentOf<'Connection'>,
): Promise<DocumentOutcome> {
  const outcome = await putConnection(tx, platform.secrets, platform.clock.now(), {
    workspaceId,
    name: document.metadata.name,
    spec: document.spec,
  });
  if (outcome.kind === 'secret-missing') return refused(`spec.${outcome.field} ${outcome.why}`);
  return applied(document, outcome.kind, { id: outcome.id });
}

/** A definition names its connections by name; the stored one refers to them by id. */
async function applyWorkflow(
  tx: Tx,
  platform: Platform,
  workspaceId: string,
  document: DocumentOf<'Workflow'>,
): Promise<DocumentOutcome> {
  const { name } = document.metadata;
  const connections = await listConnections(tx, workspaceId);
  const ids = new Map(connections.map((connection) => [connection.name, connection.id]));
  const existing = await findWorkflow(tx, workspaceId, { name });
  const outcome = await saveWorkflow(tx, platform.clock.now(), {
    workspaceId,
    id: existing?.id,
    name,
    definition: withConnectionIds(document.spec.definition, ids),
    run: document.spec.run,
  });
  switch (outcome.kind) {
    case 'missing':
    case 'name-taken':
      throw new Error(`workflow "${name}" changed hands within a transaction`);
    case 'conflict':
      return refused(outcome.message);
    case 'refused':
      return refused(
        'its definition has errors',
        outcome.issues
          .filter(({ severity }) => severity === 'error')
          .map(({ nodeId, field, message }) => ({
            field: [nodeId, field].filter(Boolean).join(' '),
            message,
          })),
      );
    case 'created':
    case 'updated':
    case 'unchanged':
      return applied(document, outcome.kind, {
        id: outcome.workflow.id,
        notes: outcome.issues.map(
          ({ nodeId, field, message }) => `${[nodeId, field].filter(Boolean).join(' ')}: ${message}`,
        ),
      });
  }
}

function withConnectionIds(definition: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (!isRecord(definition) || !Array.isArray(definition['nodes'])) return definition;
  const nodes: readonly unknown[] = definition['nodes'];
  return { ...definition, nodes: nodes.map((node) => withConnectionId(node, ids)) };
}

function withConnectionId(node: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (!isRecord(node) || !isRecord(node['settings'])) return node;
  const name = node['settings']['connection'];
  const id = typeof name === 'string' ? ids.get(name) : undefined;
  return id === undefined ? node : { ...node, settings: { ...node['settings'], connection: id } };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function applySchema(
  tx: Tx,
  platform: Platform,
  workspaceId: string,
  document: DocumentOf<'Schema'>,
): Promise<DocumentOutcome> {
  const { name, id } = document.metadata;
  const outcome = await putSchema(tx, platform.clock.now(), { workspaceId, id, name, ...document.spec });
  switch (outcome.kind) {
    case 'created':
    case 'updated':
    case 'unchanged':
      return applied(document, outcome.kind, { id: outcome.id });
    case 'refused':
      return refused(outcome.message, [...outcome.errors]);
  }
}

async function applyCatalog(
  tx: Tx,
  platform: Platform,
  workspaceId: string,
  document: DocumentOf<'Catalog'>,
): Promise<DocumentOutcome> {
  const { name } = document.metadata;
  const outcome = await putCatalog(tx, platform, { workspaceId, name, ...document.spec });
  switch (outcome.kind) {
    case 'created':
    case 'updated':
    case 'unchanged':
      return applied(document, outcome.kind, { id: outcome.id });
    case 'refused':
      return refused(outcome.message);
  }
}

async function applyGroup(
  tx: Tx,
  platform: Platform,
  workspaceId: string,
  document: DocumentOf<'Group'>,
): Promise<DocumentOutcome> {
  const { name, id } = document.metadata;
  const outcome = await putGroup(tx, platform, { workspaceId, id, name, ...document.spec });
  switch (outcome.kind) {
    case 'created':
    case 'updated':
    case 'unchanged':
      return applied(document, outcome.kind, { id: outcome.id });
    case 'conflict':
      return refused(outcome.message);
  }
}

async function applySegment(
  tx: Tx,
  platform: Platform,
  workspaceId: string,
  document: DocumentOf<'Segment'>,
): Promise<DocumentOutcome> {
  const { name } = document.metadata;
  const parsed = parseSegment(document.spec.condition);
  if (parsed.kind === 'refused') {
    const errors = parsed.issues.map(({ field, message }) => ({
      field: field === '' ? 'spec.condition' : `spec.condition.${field}`,
      message,
    }));
    return refused('its condition is not valid', errors);
  }
  const existing = await segmentNamed(tx, workspaceId, name);
  const outcome = await saveSegment(tx, platform.clock.now(), {
    workspaceId,
    id: existing?.id,
    name,
    condition: parsed.condition,
  });
  switch (outcome.kind) {
    case 'missing':
    case 'name-taken':
      throw new ConcurrentWriteError(`segment "${name}" was made or deleted by another transaction`);
    case 'created':
    case 'updated':
    case 'unchanged':
      return applied(document, outcome.kind, { id: outcome.segment.id });
  }
}
