import type { z } from 'zod';

type SchemaIssue = z.core.$ZodIssue;

/** What zod says of a union whose schema has no words of its own for it. */
const PLAIN = 'Invalid input';

/**
 * What is wrong with a value that fits no member of a union: what is wrong with it as the member that its author meant,
 * whose fields it has. Where it has those of none, which fields or values there could be.
 */
export function unionIssues(document: unknown, issue: SchemaIssue): readonly SchemaIssue[] {
  if (issue.code !== 'invalid_union' || issue.message !== PLAIN) return [issue];
  const value = issue.path.reduce(memberOf, document);
  const members = issue.errors.map((errors) => errors.flatMap((error) => unionIssues(value, error)));
  const meant = members.find((errors) => errors.every((error) => isWithin(value, error)));
  if (meant !== undefined)
    return meant.map((error): SchemaIssue => ({ ...error, path: [...issue.path, ...error.path] }));
  const choices = [...new Set(members.flat().flatMap((error) => choiceOf(value, error)))];
  return [choices.length === 0 ? issue : { ...issue, message: `must ${choices.join(' or ')}` }];
}

/** Whether it is about what is in the value: not about a field that is missing or unknown there, nor about its type. */
function isWithin(value: unknown, { path }: SchemaIssue): boolean {
  const [first] = path;
  return first !== undefined && memberOf(value, first) !== undefined;
}

function choiceOf(value: unknown, issue: SchemaIssue): string[] {
  const [first] = issue.path;
  if (first !== undefined) return memberOf(value, first) === undefined ? [`have ${String(first)}`] : [];
  return issue.code === 'invalid_value' ? issue.values.map((choice) => `be ${JSON.stringify(choice)}`) : [];
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}
