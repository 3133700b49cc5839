import { describe, expect, it } from 'vitest';

import { createEngine, dataKey, renderWith, standardInserts } from './index.ts';
import type {
  DataAnswer,
  DataRequest,
  DataSource,
  InsertDefinition,
  RenderInput,
  Template,
} from './index.ts';

const input: RenderInput = { context: { event: { params: { id: 'a' } }, customer: {} }, now: 0, seed: 'run' };

function template(source: string, inserts?: readonly InsertDefinition[]): Template {
  const compilation = createEngine(inserts === undefined ? {} : { inserts }).compile(source);
  if (compilation.kind === 'invalid') throw new Error(compilation.diagnostics[0]?.message);
  return compilation.template;
}

/** Answers catalog items with themselves, all else by `values`. */
function source(
  values: Readonly<Record<string, unknown>> = {},
): DataSource & { readonly rounds: (readonly DataRequest[])[] } {
  const rounds: (readonly DataRequest[])[] = [];
  return {
    rounds,
    fetch(requests) {
      rounds.push(requests);
      return Promise.resolve(
        requests.map((request): DataAnswer => {
          const { key } = request;
          if (request.kind === 'catalog-item') {
            const value = { id: request.item, next: `${request.item}+` };
            return request.item.startsWith('missing')
              ? { kind: 'absent', key }
              : { kind: 'found', key, value };
          }
          const id = 'id' in request ? request.id : 'pool' in request ? request.pool : '';
          return Object.hasOwn(values, id)
            ? { kind: 'found', key, value: values[id] }
            : { kind: 'absent', key };
        }),
      );
    },
  };
}

describe('data', () => {
  it('asks once for a loop over a thousand keys', async () => {
    const data = source();
    const outcome = await renderWith(
      template('{% for i in range(1000) %}{% catalog.c(i).id %},{% endfor %}'),
      input,
      data,
    );
    expect(outcome.kind).toBe('rendered');
    expect(data.rounds.map((requests) => requests.length)).toEqual([1000]);
  });

  it('asks again for what depends on the answer', async () => {
    const data = source();
    const nested =
      "{% catalogvar.c('a').next %}{% set k = catalog_result %}{% endcatalogvar %}{% catalog.c(k).id %}";
    expect(await renderWith(template(nested), input, data)).toEqual({ kind: 'rendered', text: 'a+' });
    expect(data.rounds.length).toBe(2);
  });

  it('gives up after eight rounds', async () => {
    let count = 0;
    const endless: InsertDefinition = {
      name: 'endless',
      summary: 'Never has enough.',
      examples: [],
      grammar: { subject: 'none', subjectRequired: false, args: 0, column: false, options: [], body: 'none' },
      variables: [],
      needs: () => undefined,
      evaluate(_, host) {
        host.data({ kind: 'host', name: 'endless', id: String(count++) });
        return { kind: 'pending' };
      },
    };
    const outcome = await renderWith(template('{% endless %}', [endless]), input, source());
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'limit-rounds' } });
  });

  it('ignores errors and skips that come of missing data until it is there', async () => {
    const text =
      "{% catalogvar.c('a').next %}{% if catalog_result != 'a+' %}{% kill %}{% endif %}{{ catalog_result.substring(1) }}{% endcatalogvar %}";
    expect(await renderWith(template(text), input, source())).toEqual({ kind: 'rendered', text: '+' });
  });

  it('says what could not be found out', async () => {
    const broken: DataSource = {
      fetch: (requests) =>
        Promise.resolve(
          requests.map(({ key }) => ({ kind: 'unavailable', key, message: 'The catalogs are away.' })),
        ),
    };
    expect(await renderWith(template("x\n{% catalog.c('a').id %}"), input, broken)).toEqual({
      kind: 'failed',
      error: { code: 'data-unavailable', message: 'The catalogs are away.', line: 2, column: 1 },
    });
    const silent: DataSource = { fetch: () => Promise.resolve([]) };
    expect(await renderWith(template("{% catalog.c('a').id %}"), input, silent)).toMatchObject({
      kind: 'failed',
      error: { code: 'data-unavailable' },
    });
  });

  it('keeps answers and requests apart by their keys', () => {
    const keys = [
      dataKey({ kind: 'catalog-item', catalog: 'a:b', item: 'c' }),
      dataKey({ kind: 'catalog-item', catalog: 'a', item: 'b:c' }),
      dataKey({ kind: 'aggregate', id: 'a' }),
      dataKey({ kind: 'expression', id: 'a' }),
      dataKey({ kind: 'voucher', pool: 'a', assign: true, ordinal: 0 }),
      dataKey({ kind: 'voucher', pool: 'a', assign: true, ordinal: 1 }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('reserves a voucher only when all that comes before it is known', () => {
    const pass = template(
      "{% catalog.c('a').id %}{% vouchervar id=p %}{{ voucher_result }}{% endvouchervar %}",
    ).render(input);
    expect(pass).toMatchObject({ kind: 'needs', requests: [{ kind: 'catalog-item' }] });
  });
});

describe('inserts', () => {
  const values = { p: 'CODE', h: [1, 2], e: 7, s: '<i>{{ x }}</i>' };

  it.each([
    [
      '{% aggregate h %}{{ aggregate_result[0] }}{% for v in aggregate_result %}{{ v }}{% endfor %}{% endaggregate %}',
      '112',
    ],
    ['{% expression %} e {% endexpression %}', '7'],
    ['{% expressionvar e %}{{ expression_result + 1 }}{% endexpressionvar %}', '8'],
    ['{% metrics %}e{% endmetrics %}', '7'],
    ['{% metricsvar metric_id:e %}{{ metric_result }}{% endmetricsvar %}', '7'],
    [
      '{% snippet s %}|{% snippetvar id=s %}{{ snippet_result|length }}{% endsnippetvar %}',
      '<i>{{ x }}</i>|14',
    ],
    [
      '{% voucher assign=false %} p {% endvoucher %}{% vouchervar id=p assign=true %}{{ voucher_result }}{% endvouchervar %}',
      'CODECODE',
    ],
    ["{% set k = 'e' %}{% expressionvar {{ k }} %}{{ expression_result }}{% endexpressionvar %}", '7'],
    ['{% context e %}{% context nope %}', '7'],
    ['{% snippet nope %}', 'snippet-missing'],
    ["{% catalogitemv2.c('missing') allowEmpty=True %}[{{ catalog_result.x }}]{% endcatalogitemv2 %}", '[]'],
    ["{% catalogitemv2.c('missing') %}x{% endcatalogitemv2 %}", 'catalog-item-missing'],
    ["{% catalogvar.c('b') %}{{ catalog_result.id }}{% endcatalogvar %}", 'b'],
    [
      "{% catalogitem.c('b') %}{{ catalog_result.get('next') }}{% endcatalogitem %}[{{ catalog_result }}]",
      'b+[]',
    ],
    ['{% customer email %}', 'attribute-missing'],
    ['{% kill %}', 'killed'],
  ])('%s', async (text, expected) => {
    const outcome = await renderWith(template(text), input, source(values));
    const shown =
      outcome.kind === 'rendered'
        ? outcome.text
        : outcome.kind === 'skipped'
          ? outcome.reason.code
          : outcome.error.message;
    expect(shown).toBe(expected);
  });

  it('reads the attribute in all of its spellings', () => {
    const pass = template(
      "{% customer email %}{% customer.email %}{% customer['e mail'] %}{{ customer.email }}{{ customer.get('e mail') }}",
    ).render({
      ...input,
      context: { customer: { email: 'a', 'e mail': 'b' } },
    });
    expect(pass).toEqual({ kind: 'rendered', text: 'aabab' });
  });

  it('reads JSON columns as objects', async () => {
    const data: DataSource = {
      fetch: (requests) =>
        Promise.resolve(
          requests.map(({ key }) => ({
            kind: 'found',
            key,
            value: { address: '{"city": "London"}', note: '{not json' },
          })),
        ),
    };
    const text =
      "{% catalogitemv2.c('a') %}{{ catalog_result.get('address').city }} {{ catalog_result.note }}{% endcatalogitemv2 %}";
    expect(await renderWith(template(text), input, data)).toEqual({
      kind: 'rendered',
      text: 'London {not json',
    });
  });

  it('have examples that compile', () => {
    for (const { examples } of standardInserts) {
      for (const example of examples)
        expect(createEngine().compile(example)).toMatchObject({ kind: 'compiled' });
    }
  });

  it('say what they need', () => {
    const needs = template(
      "{{ automationPathSteps['First node'].event.params.x }}{% aggregate h %}{% endaggregate %}{% for a in customer %}{% endfor %}" +
        '{{ event.params[key] }}{{ currentStep.name }}{% set key = 1 %}{% catalogitem.c(1) %}{{ catalog_result }}{% endcatalogitem %}',
    ).needs();
    expect(needs).toMatchObject({
      attributes: { names: [], open: true },
      eventParams: { names: [], open: true },
      steps: [{ name: 'First node', params: { names: ['x'], open: false } }],
      catalogs: [{ name: 'c', columns: { names: [], open: true } }],
      variables: ['currentStep'],
    });
    expect(needs.ids.get('aggregate')).toEqual({ names: ['h'], open: false });
  });
});
