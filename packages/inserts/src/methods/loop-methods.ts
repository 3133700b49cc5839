import type { MethodDefinition } from '../library.ts';
import type { Loop } from '../values/value.ts';

export const loopMethods: readonly MethodDefinition<Loop>[] = [
  {
    name: 'cycle',
    summary: 'One of the arguments, the next in every turn.',
    call: (loop, args) => (args.length === 0 ? null : (args[Math.max(0, loop.index0) % args.length] ?? null)),
  },
];
