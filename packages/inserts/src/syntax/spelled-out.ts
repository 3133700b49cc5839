import type { Argument, Expression } from './ast.ts';
import type { Span } from './source-map.ts';

/**
 * `filter:upper.filter(x, …)` and `exptest:even.evaluate(x, …)`: how Jinjava itself writes a filter or a test when it
 * prints a template back. The second argument stands for the interpreter. Undefined for any other method.
 */
export function spelledOut(
  target: Expression,
  method: string,
  args: readonly Argument[],
  at: Span,
): Expression | undefined {
  if (target.kind !== 'name') return undefined;
  const [kind, name] = target.name.split(':');
  const input = args[0]?.value;
  if (name === undefined || input === undefined) return undefined;
  const rest = args.slice(2);
  if (kind === 'filter' && method === 'filter') return { kind: 'filter', at, input, name, args: rest };
  if (kind !== 'exptest' || (method !== 'evaluate' && method !== 'evaluateNegated')) return undefined;
  return { kind: 'test', at, subject: input, name, negated: method === 'evaluateNegated', args: rest };
}
