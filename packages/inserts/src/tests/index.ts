import { byName } from '../library.ts';
import type { TestDefinition } from '../library.ts';

/** The tests that every template can use, by name and alias. */
export const standardTests: ReadonlyMap<string, TestDefinition> = byName<TestDefinition>([
  {
    name: 'defined',
    summary: 'The value is not null.',
    check: (subject) => subject !== null,
  },
]);
