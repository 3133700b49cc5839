import { attackTemplates } from '../src/attacks/attack-templates.ts';
import { attackLibrary } from '../src/attacks/loading-attacks.ts';
/// <reference types="node" />
import { createEngine } from '../src/index.ts';
import type { DataAnswer, LoadedSource, OutputContext, RenderInput } from '../src/index.ts';
import { findJsonError } from '../src/json/find-json-error.ts';
import { SeededRandom } from '../src/runtime/seeded-random.ts';

/**
 * Looks for templates that crash, hang, reach the host or break JSON: mutations and mixtures of real and hostile
 * templates, for a number of seconds (the argument; 10 if left out). A second argument is the seed of an earlier run.
 */
const [, , seconds = '10', seed = String(Date.now())] = process.argv;
const until = Date.now() + Number(seconds) * 1000;
const random = new SeededRandom(seed);
const patience = 100;

const seeds: readonly string[] = [
  ...attackTemplates.map(({ template }) => template).filter((template) => template.length < 2000),
  '{"name": "{{ event.params.firstName }} {{ event.params.lastName }}", "email": "{% customer email %}"}',
  '{"a": {{ x }}, "b": [{% for i in l %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}]}',
  "{% set key = x %}{% catalogitem.list(key) %}{% set o = catalog_result %}{{ o.get('c') }}{% endcatalogitem %}",
  '{% macro m(a, b=1) %}{{ a }}{{ caller() }}{% endmacro %}{% call m(x) %}y{% endcall %}',
];

const pieces: readonly string[] = [
  '{{',
  '}}',
  '{%',
  '%}',
  '{#',
  '#}',
  '-',
  '"',
  "'",
  '\\',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '.',
  '|',
  '~',
  '**',
  '//',
  ' ',
  '\n',
  'x',
  'l',
  'd',
  'event',
  'customer',
  'loop',
  '__proto__',
  'constructor',
  '0',
  '1',
  '-1',
  '1.5',
  '9223372036854775807',
  '1e308',
  "'a'",
  'null',
  'true',
  ' if ',
  ' else ',
  ' is ',
  ' not ',
  ' in ',
  ' and ',
  ' or ',
  'for i in ',
  'endfor',
  'endif',
  'set ',
  'endset',
  'macro m() ',
  'endmacro',
  'call m() ',
  'endcall',
  'raw',
  'endraw',
  'do ',
  'cycle ',
  'ifchanged ',
  'autoescape true',
  "include 'one' ",
  "import 'one' as m ",
  "from 'one' import m as n ",
  "extends 'two' ",
  'block b ',
  'endblock',
  'super()',
  'm.m(1)',
  '- a: [1, {b: "c"}]\n',
  'range(1000)',
  'namespace()',
  '{{ x }}',
  '{% if x %}',
];

const engine = createEngine();
const names = {
  filter: [...engine.library.filters.keys()],
  test: [...engine.library.tests.keys()],
  function: [...engine.library.functions.keys()],
  insert: [...engine.library.inserts.keys()],
};
const outputs: readonly OutputContext[] = ['json', 'text', 'url', 'header', 'html'];

function pick<T>(list: readonly T[]): T {
  const picked = list[random.below(list.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

function piece(): string {
  switch (random.below(6)) {
    case 0:
      return `|${pick(names.filter)}`;
    case 1:
      return `|${pick(names.filter)}(${pick(pieces)}, ${pick(pieces)})`;
    case 2:
      return ` is ${pick(names.test)} `;
    case 3:
      return `{{ ${pick(names.function)}(${pick(pieces)}) }}`;
    case 4:
      return `{% ${pick(names.insert)} ${pick(pieces)} %}`;
    default:
      return pick(pieces);
  }
}

function mutated(template: string): string {
  let text = template;
  for (let count = random.below(6); count >= 0; count--) {
    const at = random.below(text.length + 1);
    const end = Math.min(text.length, at + random.below(20));
    switch (random.below(4)) {
      case 0:
        text = text.slice(0, at) + piece() + text.slice(at);
        break;
      case 1:
        text = text.slice(0, at) + text.slice(end);
        break;
      case 2: {
        const other = pick(seeds);
        const from = random.below(other.length);
        text = text.slice(0, at) + other.slice(from, from + 40) + text.slice(end);
        break;
      }
      default:
        text = text.slice(0, end) + text.slice(at);
    }
  }
  return text.slice(0, 5000);
}

function composed(): string {
  let text = '';
  for (let count = random.below(20); count >= 0; count--) text += piece();
  return random.below(2) === 0 ? `{{ ${text} }}` : text;
}

const library = new Map([
  ...attackLibrary,
  ['one', '{% macro m(a) %}{{ a }}{{ x }}{% endmacro %}{% set y = 1 %}{{ l }}'],
  ['two', '[{% block b %}{{ x }}{% endblock %}]'],
]);
const templates = {
  load(name: string): LoadedSource {
    const source = library.get(name);
    return source === undefined ? { kind: 'absent' } : { kind: 'found', source };
  },
};

let hostCalls = 0;
const reached = (): string => {
  hostCalls++;
  return 'reached';
};

function input(): RenderInput {
  const guarded = { value: 1, callback: reached };
  Object.defineProperty(guarded, 'getter', { get: reached, enumerable: true });
  const context = {
    x: pick<unknown>(['"],}', 5, 1.5, null, true, ['a', 1], { a: 1 }]),
    l: [3, 'b', null, [1], { a: 1 }],
    d: { a: 1, constructor: 2, ['__proto__']: 3 },
    guarded,
    event: { params: { firstName: '"\\', lastName: '\n' } },
    customer: { email: 'ada@example.org' },
  };
  return { context, now: 1_700_000_000_000, seed: 'fuzz', templates };
}

/** Milliseconds since the last call: of this process alone, where the machine is busy with other things as well. */
function startStopwatch(): () => number {
  let wall = performance.now();
  let own = process.cpuUsage();
  return () => {
    const spent = process.cpuUsage(own);
    const took = Math.min(performance.now() - wall, (spent.user + spent.system) / 1000);
    wall = performance.now();
    own = process.cpuUsage();
    return took;
  };
}

/** What is wrong with a template; null if nothing is. */
function fault(template: string, output: OutputContext): string | null {
  const stopwatch = startStopwatch();
  let took = 0;
  const compilation = createEngine().compile(template, { output });
  if (compilation.kind === 'compiled') {
    const data = new Map<string, DataAnswer>();
    for (let round = 0; round < 4; round++) {
      const pass = compilation.template.render({ ...input(), data });
      took = Math.max(took, stopwatch());
      if (pass.kind === 'needs') {
        for (const { key } of pass.requests) data.set(key, { kind: 'found', key, value: { c: '"}' } });
        continue;
      }
      if (pass.kind !== 'rendered') break;
      if (output === 'json' && pass.text.trim() !== '' && findJsonError(pass.text) !== null)
        return 'invalid JSON';
      if (output === 'header' && /[\r\n]/.test(pass.text)) return 'a line break in a header';
      if (/native code|\[object |reached/.test(pass.text) && !template.includes('reached'))
        return 'the host in the text';
      break;
    }
  }
  if (hostCalls > 0) return 'a call of the host';
  if (Object.keys(Object.prototype).length > 0) return 'a changed prototype';
  took = Math.max(took, stopwatch());
  if (took > patience) return `${took.toFixed(0)} ms`;
  engine.check(template, { output });
  const checkTook = stopwatch();
  // a check parses once more and renders twice
  return checkTook > 3 * patience ? `check ${checkTook.toFixed(0)} ms` : null;
}

let runs = 0;
const faults: string[] = [];
while (Date.now() < until && faults.length < 10) {
  const template = random.below(3) === 0 ? composed() : mutated(pick(seeds));
  const output = pick(outputs);
  runs++;
  try {
    let found = fault(template, output);
    // a machine that was busy with something else is no hang: only what is slow again is
    if (found?.endsWith('ms') === true) found = fault(template, output);
    if (found?.endsWith('ms') === true) found = fault(template, output);
    if (found !== null) faults.push(`${found} (${output}): ${JSON.stringify(template)}`);
  } catch (error) {
    faults.push(
      `crash (${output}): ${JSON.stringify(template)}\n${error instanceof Error ? error.stack : String(error)}`,
    );
  }
}
process.stdout.write(
  `${runs} templates, seed ${seed}: ${faults.length === 0 ? 'no fault found' : ''}\n${faults.join('\n')}\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
