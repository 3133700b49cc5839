import { isWord } from './char-class.ts';
import type { Instruction, RegexProgram } from './program.ts';
import type { Assertion } from './regex-ast.ts';

/** Where each group starts and ends, in pairs; -1 for a group without part in the match. */
export type Match = readonly number[];

interface Thread {
  readonly at: number;
  readonly slots: Match;
}

/**
 * The leftmost match from `from` on, or null. All ways through the program are followed side by side, so the time is
 * the length of the text times the size of the program at most. `step` is called with the work of every character.
 */
export function findMatch(
  program: RegexProgram,
  text: string,
  from: number,
  step: (work: number) => void,
): Match | null {
  const { instructions, groups } = program;
  const none: Match = Array.from({ length: groups * 2 }, () => -1);
  let threads: Thread[] = [];
  let best: Match | null = null;
  for (let at = from; ;) {
    const seen = new Uint8Array(instructions.length);
    const ready: Thread[] = [];
    for (const { at: start, slots } of threads) follow(instructions, start, slots, text, at, seen, ready);
    if (best === null) follow(instructions, 0, none, text, at, seen, ready);
    step(2 + ready.length);
    if (ready.length === 0 && best !== null) return best;
    const code = text.codePointAt(at);
    threads = [];
    for (const { at: place, slots } of ready) {
      const instruction = instructions[place];
      if (instruction?.op === 'match') {
        best = slots;
        // what comes after a match in this list is less wanted than it
        break;
      }
      if (instruction?.op === 'one' && code !== undefined && instruction.accepts(code)) {
        threads.push({ at: place + 1, slots });
      }
    }
    if (code === undefined) return best;
    at += code > 0xffff ? 2 : 1;
  }
}

/** Adds what can be reached without reading a character, in the order of preference. */
function follow(
  instructions: readonly Instruction[],
  start: number,
  slots: Match,
  text: string,
  position: number,
  seen: Uint8Array,
  ready: Thread[],
): void {
  const pending: Thread[] = [{ at: start, slots }];
  for (let thread = pending.pop(); thread !== undefined; thread = pending.pop()) {
    const instruction = instructions[thread.at];
    if (instruction === undefined || seen[thread.at] === 1) continue;
    seen[thread.at] = 1;
    switch (instruction.op) {
      case 'jump':
        pending.push({ at: instruction.to, slots: thread.slots });
        break;
      case 'split':
        pending.push(
          { at: instruction.second, slots: thread.slots },
          { at: instruction.first, slots: thread.slots },
        );
        break;
      case 'save': {
        const saved = [...thread.slots];
        saved[instruction.slot] = position;
        pending.push({ at: thread.at + 1, slots: saved });
        break;
      }
      case 'assert':
        if (holds(instruction.assertion, text, position))
          pending.push({ at: thread.at + 1, slots: thread.slots });
        break;
      case 'one':
      case 'match':
        ready.push(thread);
        break;
    }
  }
}

function holds(assertion: Assertion, text: string, at: number): boolean {
  switch (assertion) {
    case 'text-start':
      return at === 0;
    case 'text-end':
      return at === text.length;
    case 'line-start':
      return at === 0 || text[at - 1] === '\n';
    case 'line-end':
      return at === text.length || text[at] === '\n';
    case 'word':
    case 'not-word': {
      const before = at > 0 && isWord(text.charCodeAt(at - 1));
      const after = at < text.length && isWord(text.charCodeAt(at));
      return (before !== after) === (assertion === 'word');
    }
  }
}
