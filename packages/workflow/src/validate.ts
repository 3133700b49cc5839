import type { z } from 'zod';

import { definitionSchema, nodeById } from './definition.ts';
import type { Definition } from './definition.ts';
import { fieldPath } from './field-path.ts';
import type { Issue } from './issue.ts';
import type { CheckEnvironment } from './node-type.ts';
import { bindNode } from './nodes/registry.ts';
import type { BoundNode } from './nodes/registry.ts';
import { unionIssues } from './union-issues.ts';

export type ParseOutcome =
  | { readonly kind: 'parsed'; readonly definition: Definition }
  | { readonly kind: 'refused'; readonly issues: readonly Issue[] };

/** Reads a definition; whatever does not fit its schema is an issue with node and field. */
export function parseDefinition(document: unknown): ParseOutcome {
  const parsed = definitionSchema.safeParse(document);
  if (parsed.success) return { kind: 'parsed', definition: parsed.data };
  const issues = parsed.error.issues.flatMap((issue) => unionIssues(document, issue));
  return { kind: 'refused', issues: issues.map((issue) => schemaIssue(document, issue)) };
}

function schemaIssue(document: unknown, issue: z.core.$ZodIssue): Issue {
  const [first, index, ...rest] = issue.path;
  const nodeId = first === 'nodes' && typeof index === 'number' ? idOfNode(document, index) : undefined;
  const path = nodeId === undefined ? issue.path : rest;
  const unknown = issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path;
  const field = fieldPath(unknown);
  return {
    severity: 'error',
    code: issue.code === 'unrecognized_keys' ? 'unknown-field' : 'bad-field',
    message: issue.code === 'unrecognized_keys' ? `${field} is not a field of this node` : issue.message,
    ...(nodeId !== undefined && { nodeId }),
    ...(field !== '' && { field }),
  };
}

function idOfNode(document: unknown, index: number): string | undefined {
  const id = property(property(property(document, 'nodes'), index), 'id');
  return typeof id === 'string' ? id : undefined;
}

function property(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}

/**
 * Everything that keeps a definition from running, and what its author should know besides. An empty list, or one
 * with warnings only, means that it may run.
 */
export function validateDefinition(definition: Definition, environment: CheckEnvironment): readonly Issue[] {
  const nodes = definition.nodes.map((node) => bindNode(node));
  return [
    ...checkUnique(nodes),
    ...checkTriggers(definition, nodes),
    ...checkSelfStart(nodes),
    ...nodes.flatMap((node) => checkOutputs(definition, node)),
    ...checkReach(definition, nodes),
    ...nodes.flatMap((bound) =>
      bound.check(environment).map((issue): Issue => ({ ...issue, nodeId: bound.node.id })),
    ),
  ];
}

function error(code: string, message: string, nodeId?: string, field?: string): Issue {
  return {
    severity: 'error',
    code,
    message,
    ...(nodeId !== undefined && { nodeId }),
    ...(field !== undefined && { field }),
  };
}

function checkUnique(nodes: readonly BoundNode[]): Issue[] {
  const issues: Issue[] = [];
  const ids = new Set<string>();
  const titles = new Set<string>();
  for (const { node } of nodes) {
    if (ids.has(node.id))
      issues.push(error('duplicate-id', `two nodes have the id ${node.id}`, node.id, 'id'));
    if (titles.has(node.title)) {
      issues.push(error('duplicate-title', `two nodes have the title "${node.title}"`, node.id, 'title'));
    }
    ids.add(node.id);
    titles.add(node.title);
  }
  return issues;
}

/** Several triggers come together in Merge Paths. */
function checkTriggers(definition: Definition, nodes: readonly BoundNode[]): Issue[] {
  const triggers = nodes.filter(({ role }) => role === 'trigger');
  if (triggers.length === 0) return [error('no-trigger', 'the workflow needs a trigger as its first node')];
  if (triggers.length === 1) return [];
  return triggers.flatMap(({ node }) =>
    Object.entries(node.outputs).flatMap(([output, target]) => {
      const type = nodeById(definition, target)?.type;
      if (type === undefined || type === 'merge-paths') return [];
      const message = `the workflow has several triggers: connect "${node.title}" to Merge Paths`;
      return [error('unmerged-trigger', message, node.id, `outputs.${output}`)];
    }),
  );
}

/** A workflow whose own event starts it again would never stop, unless a limit of the trigger ends it. */
function checkSelfStart(nodes: readonly BoundNode[]): Issue[] {
  const started = new Set(
    nodes.flatMap(({ node }) =>
      node.type === 'profile-event' && node.settings.profileLimit === undefined ? [node.settings.event] : [],
    ),
  );
  return nodes.flatMap((bound) =>
    bound
      .generates()
      .filter(({ name }) => started.has(name))
      .map(({ name }) => {
        const message = `${name} starts this workflow, which would never stop: choose another event, or limit the trigger`;
        return error('self-start', message, bound.node.id);
      }),
  );
}

function checkOutputs(definition: Definition, bound: BoundNode): Issue[] {
  const { node } = bound;
  const outputs = bound.outputs();
  const issues: Issue[] = [];
  for (const output of outputs) {
    const target = node.outputs[output];
    const field = `outputs.${output}`;
    const targetNode = target === undefined ? undefined : nodeById(definition, target);
    if (target === undefined) {
      issues.push(
        error(
          'open-output',
          `"${node.title}" leads nowhere: connect it to the next node or to an End`,
          node.id,
          field,
        ),
      );
    } else if (targetNode === undefined) {
      issues.push(
        error('unknown-node', `"${node.title}" leads to ${target}, which does not exist`, node.id, field),
      );
    } else if (bindNode(targetNode).role === 'trigger') {
      issues.push(
        error('trigger-not-first', `"${node.title}" leads to a trigger, which must be first`, node.id, field),
      );
    }
  }
  for (const name of Object.keys(node.outputs)) {
    if (!outputs.includes(name)) {
      issues.push(
        error('unknown-output', `"${node.title}" has no output named ${name}`, node.id, `outputs.${name}`),
      );
    }
  }
  return issues;
}

/** No loops, and no node that no path reaches. */
function checkReach(definition: Definition, nodes: readonly BoundNode[]): Issue[] {
  const issues: Issue[] = [];
  const done = new Set<string>();
  const visit = (id: string, path: ReadonlySet<string>): void => {
    if (path.has(id)) {
      issues.push(error('loop', 'a path leads back to this node; workflows go in one direction', id));
      return;
    }
    const node = nodeById(definition, id);
    if (node === undefined || done.has(id)) return;
    const longer = new Set([...path, id]);
    for (const target of Object.values(node.outputs)) visit(target, longer);
    done.add(id);
  };
  for (const { node, role } of nodes) if (role === 'trigger') visit(node.id, new Set());
  for (const { node, role } of nodes) {
    if (role !== 'trigger' && !done.has(node.id)) {
      issues.push(error('unreachable', `no path leads to "${node.title}"`, node.id));
    }
  }
  return issues;
}
