import { Template as HuggingFaceTemplate } from '@huggingface/jinja';
import { createEngine, dataKey } from '@laurel/inserts';
import type { DataAnswers, Template } from '@laurel/inserts';
import { Liquid } from 'liquidjs';
import { Environment as MiniJinja } from 'minijinja-js';
import nunjucks from 'nunjucks';

import { median } from './load.ts';
import { nunjucksWithTags } from './nunjucks-tags.ts';
import { report } from './report.ts';

const ROUNDS = 7;
const SLICE_MS = 150;
const COMPILATIONS = 2_000;

/** The body of the use case, with its inserts. */
const BODY = `{
  "credential": {
    "recipient": {
      "name": "{{ event.params.firstName }} {{ event.params.lastName }}",
      "email": "{% customer email %}"
    },
    "group_id": "{% set key = event.params.certificationId %}{% catalogitem.certificationList(key) %}{% set object = catalog_result %}{{ object.get('accredibleid')}}{% endcatalogitem %}"
  }
}`;

/** The same for engines without such inserts, which flatters them: two plain variables, nothing is looked up. */
const PLAIN_BODY = BODY.replace('{% customer email %}', '{{ customer.email }}').replace(
  /\{% set key.*endcatalogitem %\}/,
  '{{ item.accredibleid }}',
);

interface Person {
  readonly event: { readonly params: { firstName: string; lastName: string; certificationId: string } };
  readonly customer: { readonly email: string };
  readonly item: { readonly accredibleid: string };
}

/** Names without anything to escape: only the first two engines escape. */
const PEOPLE: readonly Person[] = Array.from({ length: 64 }, (_, index) => ({
  event: {
    params: { firstName: `Ada${index}`, lastName: 'Lovelace', certificationId: `level-${index % 8}` },
  },
  customer: { email: `ada${index}@example.org` },
  item: { accredibleid: `7788${index % 8}` },
}));

const CATALOG: DataAnswers = new Map(
  PEOPLE.map(({ event, item }) => {
    const id = event.params.certificationId;
    const key = dataKey({ kind: 'catalog-item', catalog: 'certificationList', item: id });
    return [key, { kind: 'found', key, value: item }];
  }),
);

type Render = (person: Person) => string;

/**
 * Bodies of the use case rendered a second, in turn with a JavaScript template literal that escapes for JSON, which is
 * the limit, and with other engines; also what compiling the body takes.
 */
export function benchInserts(): Promise<void> {
  const engines = new Map<string, Render>([
    ['template literal, JSON escaped', literal],
    ['@laurel/inserts, JSON safe', ourRender()],
    ['nunjucks, precompiled, inserts as tags, escaped by a filter', nunjucksWithTags(BODY, CATALOG, escaped)],
    ['nunjucks, precompiled, plain', nunjucksRender()],
    ['liquidjs, parsed once, plain', liquidRender()],
    ['@huggingface/jinja, parsed once, plain', huggingFaceRender()],
    ['minijinja-js, plain', miniJinjaRender()],
  ]);
  checkEqual(engines);
  const perSecond = measure(engines);
  const limit = median(perSecond.get('template literal, JSON escaped') ?? []);
  report(
    Array.from(perSecond, ([name, rounds]) => {
      const rate = median(rounds);
      return {
        name,
        'bodies/s': rate,
        'us/body': 1e6 / rate,
        'of the limit': `1/${(limit / rate).toFixed(1)}`,
      };
    }),
  );
  process.stdout.write('\n');
  report([{ name: 'compiling the body', 'us (median)': median(compileTimes()) }]);
  return Promise.resolve();
}

/** Checks that every engine prints the same for everyone. */
function checkEqual(engines: ReadonlyMap<string, Render>): void {
  for (const [name, render] of engines) {
    for (const person of PEOPLE) {
      if (render(person) !== literal(person)) throw new Error(`${name} prints ${render(person)}`);
    }
  }
}

/** Rates of each engine by round. Within a round the engines take turns, so that all see the same machine. */
function measure(engines: ReadonlyMap<string, Render>): Map<string, number[]> {
  const rates = new Map<string, number[]>();
  for (const render of engines.values()) slice(render);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, render] of engines) rates.set(name, [...(rates.get(name) ?? []), slice(render)]);
  }
  return rates;
}

/** Renders a second of CPU. The length in bytes makes V8 flatten what it joined, as sending it would. */
function slice(render: Render): number {
  const began = cpuMs();
  let count = 0;
  let bytes = 0;
  let elapsed = 0;
  while (elapsed < SLICE_MS) {
    for (let turn = 0; turn < 50; turn++)
      for (const person of PEOPLE) bytes += Buffer.byteLength(render(person));
    count += 50 * PEOPLE.length;
    elapsed = cpuMs() - began;
  }
  if (bytes < count) throw new Error('nothing was rendered');
  return (count / elapsed) * 1000;
}

/** CPU time of this process, its garbage collection included: the cores are shared with others. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Microseconds of CPU by round. Every compilation is of another text, since the engine keeps what it compiled. */
function compileTimes(): number[] {
  const engine = createEngine();
  let serial = 0;
  return Array.from({ length: ROUNDS + 1 }, () => {
    const began = cpuMs();
    for (let count = 0; count < COMPILATIONS; count++)
      engine.compile(`${BODY} ${serial++}`, { output: 'json' });
    return ((cpuMs() - began) * 1000) / COMPILATIONS;
  }).slice(1);
}

// oxlint-disable-next-line no-control-regex -- control characters are among what JSON must escape
const NEEDS_ESCAPE = /["\\\u0000-\u001f]/;

function escaped(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}

function literal({ event: { params }, customer, item }: Person): string {
  return `{
  "credential": {
    "recipient": {
      "name": "${escaped(params.firstName)} ${escaped(params.lastName)}",
      "email": "${escaped(customer.email)}"
    },
    "group_id": "${escaped(item.accredibleid)}"
  }
}`;
}

function ourRender(): Render {
  const template = compiled();
  return ({ event, customer }) => {
    const pass = template.render({
      context: { event, customer },
      data: CATALOG,
      now: 0,
      seed: '',
      plainData: true,
    });
    if (pass.kind !== 'rendered') throw new Error(JSON.stringify(pass));
    return pass.text;
  };
}

function compiled(): Template {
  const compilation = createEngine().compile(BODY, { output: 'json' });
  if (compilation.kind === 'invalid') throw new Error(compilation.diagnostics[0]?.message);
  return compilation.template;
}

function nunjucksRender(): Render {
  const environment = new nunjucks.Environment(null, { autoescape: false });
  const template = new nunjucks.Template(PLAIN_BODY, environment, '', true);
  return (person) => template.render(person);
}

function liquidRender(): Render {
  const liquid = new Liquid();
  const template = liquid.parse(PLAIN_BODY);
  return (person) => String(liquid.renderSync(template, person));
}

function huggingFaceRender(): Render {
  const template = new HuggingFaceTemplate(PLAIN_BODY);
  return (person) => template.render({ ...person });
}

function miniJinjaRender(): Render {
  const environment = new MiniJinja();
  environment.addTemplate('body', PLAIN_BODY);
  return (person) => environment.renderTemplate('body', person);
}
