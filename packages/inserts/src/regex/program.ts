import { RegexProblem } from './regex-ast.ts';
import type { Assertion, ParsedRegex, Predicate, RegexNode } from './regex-ast.ts';

export type Instruction =
  | { readonly op: 'one'; readonly accepts: Predicate }
  | { readonly op: 'assert'; readonly assertion: Assertion }
  /** Goes on at `first`, and if that fails at `second`. */
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'match' };

const maxInstructions = 4000;

/** A program for the machine in `match-regex.ts`. */
export interface RegexProgram {
  readonly instructions: readonly Instruction[];
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

export function compileProgram(parsed: ParsedRegex): RegexProgram {
  const instructions: Instruction[] = [];
  const whole: RegexNode = { kind: 'group', index: 0, inner: parsed.root };
  emit(whole, instructions);
  instructions.push({ op: 'match' });
  return { instructions, groups: parsed.groups, names: parsed.names };
}

function emit(node: RegexNode, out: Instruction[]): void {
  if (out.length > maxInstructions) throw new RegexProblem('too large');
  switch (node.kind) {
    case 'empty':
      return;
    case 'one':
      out.push({ op: 'one', accepts: node.accepts });
      return;
    case 'assert':
      out.push({ op: 'assert', assertion: node.assertion });
      return;
    case 'sequence':
      for (const part of node.parts) emit(part, out);
      return;
    case 'group':
      out.push({ op: 'save', slot: 2 * node.index });
      emit(node.inner, out);
      out.push({ op: 'save', slot: 2 * node.index + 1 });
      return;
    case 'choice':
      emitChoice(node.parts, out);
      return;
    case 'repeat':
      emitRepeat(node, out);
      return;
  }
}

function emitChoice(parts: readonly RegexNode[], out: Instruction[]): void {
  const ends: { op: 'jump'; to: number }[] = [];
  parts.forEach((part, index) => {
    if (index === parts.length - 1) {
      emit(part, out);
      return;
    }
    const split: Instruction & { op: 'split' } = { op: 'split', first: out.length + 1, second: 0 };
    out.push(split);
    emit(part, out);
    const end = { op: 'jump' as const, to: 0 };
    ends.push(end);
    out.push(end);
    split.second = out.length;
  });
  for (const end of ends) end.to = out.length;
}

function emitRepeat(node: RegexNode & { kind: 'repeat' }, out: Instruction[]): void {
  const { inner, min, max, greedy } = node;
  for (let count = 0; count < min; count++) emit(inner, out);
  const split = (): Instruction & { op: 'split' } => {
    const made: Instruction & { op: 'split' } = { op: 'split', first: 0, second: 0 };
    out.push(made);
    return made;
  };
  const aim = (made: Instruction & { op: 'split' }, again: number, leave: number): void => {
    made.first = greedy ? again : leave;
    made.second = greedy ? leave : again;
  };
  if (max === Number.POSITIVE_INFINITY) {
    const start = out.length;
    const loop = split();
    emit(inner, out);
    out.push({ op: 'jump', to: start });
    aim(loop, start + 1, out.length);
    return;
  }
  const optional: (Instruction & { op: 'split' })[] = [];
  const starts: number[] = [];
  for (let count = min; count < max; count++) {
    optional.push(split());
    starts.push(out.length);
    emit(inner, out);
  }
  optional.forEach((made, index) => aim(made, starts[index] ?? 0, out.length));
}
