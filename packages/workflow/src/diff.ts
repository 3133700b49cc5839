import type { Definition } from './definition.ts';
import { fieldPath } from './field-path.ts';
import type { WorkflowNode } from './nodes/registry.ts';

/**
 * A field that two versions have differently. Where `before` is missing it was not there, where `after` is it is gone.
 * Lists are compared place by place, so that the end of a list that became shorter is gone.
 */
export interface FieldChange {
  /** A path such as `settings.headers[1].value`. */
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What is different about a node that both versions have; nodes are the same by their id. */
export interface NodeChange {
  readonly nodeId: string;
  /** Of the newer version. */
  readonly title: string;
  readonly fields: readonly FieldChange[];
}

/** An output that leads elsewhere. Where `before` is missing it led nowhere, where `after` is it leads nowhere now. */
export interface ConnectionChange {
  readonly nodeId: string;
  readonly output: string;
  readonly before?: string;
  readonly after?: string;
}

/**
 * How one version becomes another: the fields of `settings` change, the `removed` nodes go, the `added` ones come with
 * their connections, of the others the fields and then the connections change. The order of nodes means nothing and is
 * not compared.
 */
export interface DefinitionDiff {
  /** Of the workflow's own settings; paths begin with `settings`. */
  readonly settings: readonly FieldChange[];
  readonly added: readonly WorkflowNode[];
  readonly removed: readonly WorkflowNode[];
  readonly changed: readonly NodeChange[];
  /** Of nodes that both versions have. */
  readonly connections: readonly ConnectionChange[];
}

/** What changes from one version to another. Of equal ones: nothing. */
export function diffDefinitions(from: Definition, to: Definition): DefinitionDiff {
  const [before, after] = [byId(from), byId(to)];
  const kept = [...after.values()].flatMap((node) => {
    const old = before.get(node.id);
    return old === undefined ? [] : [{ old, node }];
  });
  return {
    settings: compare(['settings'], from.settings, to.settings),
    added: [...after.values()].filter(({ id }) => !before.has(id)),
    removed: [...before.values()].filter(({ id }) => !after.has(id)),
    changed: kept.flatMap(({ old, node }) => {
      const fields = compare([], withoutOutputs(old), withoutOutputs(node));
      return fields.length === 0 ? [] : [{ nodeId: node.id, title: node.title, fields }];
    }),
    connections: kept.flatMap(({ old, node }) => compareOutputs(old, node)),
  };
}

/** Of several nodes with one id, which is an issue, the first counts, as everywhere. */
function byId({ nodes }: Definition): ReadonlyMap<string, WorkflowNode> {
  const known = new Map<string, WorkflowNode>();
  for (const node of nodes) if (!known.has(node.id)) known.set(node.id, node);
  return known;
}

/** Connections are compared by themselves. */
function withoutOutputs(node: WorkflowNode): object {
  return { ...node, outputs: undefined };
}

function compareOutputs(old: WorkflowNode, node: WorkflowNode): ConnectionChange[] {
  const names = new Set([...Object.keys(old.outputs), ...Object.keys(node.outputs)]);
  return [...names].flatMap((output) => {
    const [before, after] = [old.outputs[output], node.outputs[output]];
    if (before === after) return [];
    return [
      {
        nodeId: node.id,
        output,
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
      },
    ];
  });
}

function compare(path: readonly PropertyKey[], before: unknown, after: unknown): FieldChange[] {
  if (Object.is(before, after)) return [];
  const [left, right] = [partsOf(before), partsOf(after)];
  if (left === undefined || right === undefined || Array.isArray(before) !== Array.isArray(after)) {
    return [
      {
        field: fieldPath(path),
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
      },
    ];
  }
  return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
    compare([...path, key], left.get(key), right.get(key)),
  );
}

/** The parts of a list or an object by their place or name; undefined where the value has none. */
function partsOf(value: unknown): ReadonlyMap<PropertyKey, unknown> | undefined {
  if (Array.isArray(value)) return new Map(value.map((part: unknown, at) => [at, part]));
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}
