import type { FilterDefinition } from '../library.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { toYaml } from '../yaml/write-yaml.ts';

const common = { params: [], naming: 'appended', keepsSafe: false } as const;

export const yamlFilters: readonly FilterDefinition[] = [
  {
    ...common,
    name: 'fromyaml',
    summary: 'The value that a YAML text says.',
    apply(input, _, rt) {
      if (input === null) return null;
      if (typeof input !== 'string') return rt.fail('type', 'fromyaml needs a text.');
      rt.steps(input.length >> 3);
      const parsed = parseYaml(input, () => rt.step());
      return parsed.kind === 'value'
        ? parsed.value
        : rt.fail('type', `fromyaml: this text is no YAML: there is ${parsed.message}.`);
    },
  },
  { ...common, name: 'toyaml', summary: 'The value as YAML.', apply: (input, _, rt) => toYaml(input, rt) },
];
