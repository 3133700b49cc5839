import { describe, expect, it } from 'vitest';

import { createEngine, dataKey } from '../index.ts';
import type { DataAnswer, DataRequest, OutputContext, RenderPass } from '../index.ts';

const items = [{ title: 'Ada\'s "book"' }, { title: 'Pen' }];

const answers = new Map<string, unknown>([
  ['recommendations3', { items, slots: [{ name: 'top', items }] }],
  ['recommendations_json3', { data: items }],
  ['barcode', '<img src="https://example.org/b">'],
  ['barcodeurl', 'https://example.org/b'],
  ['socialproof', 12],
  ['preparelink', 'https://example.org/r/1'],
  ['screenviewcollection', '<p>'],
]);

function run(
  source: string,
  output: OutputContext = 'text',
  answer = (request: DataRequest): DataAnswer => ({
    kind: 'found',
    key: request.key,
    value: request.kind === 'host' ? answers.get(request.name) : null,
  }),
): { pass: RenderPass; asked: readonly DataRequest[] } {
  const compilation = createEngine().compile(source, { output });
  if (compilation.kind === 'invalid') throw new Error(compilation.diagnostics[0]?.message);
  const input = {
    context: { event: { params: { code: '123' } }, link: 'https://example.org/' },
    now: 0,
    seed: '',
  };
  const first = compilation.template.render(input);
  if (first.kind !== 'needs') return { pass: first, asked: [] };
  const data = new Map(first.requests.map((request) => [request.key, answer(request)]));
  return { pass: compilation.template.render({ ...input, data }), asked: first.requests };
}

describe('inserts of the host', () => {
  it.each<[string, OutputContext, string]>([
    [
      '{% recommendations3 campaignId=abc-1 %}{% for i in recommended_products3 %}{{ i.title }};{% endfor %}{{ slots_products3[0].name }}{% endrecommendations3 %}',
      'text',
      'Ada\'s "book";Pen;top',
    ],
    [
      '{"r": {% recommendations_json3 campaignId=a %} {% endrecommendations_json3 %}}',
      'json',
      `{"r": ${JSON.stringify({ data: items })}}`,
    ],
    [
      '{% recommendations_json3 campaignId=a %}{% endrecommendations_json3 %}',
      'text',
      JSON.stringify({ data: items }),
    ],
    ['{% barcode code=1 %}', 'html', '<img src="https://example.org/b">'],
    ['{"b": "{% barcode code=1 %}"}', 'json', '{"b": "<img src=\\"https://example.org/b\\">"}'],
    ['<img src="{% barcodeurl code=1 %}">', 'html', '<img src="https://example.org/b">'],
    ['{% socialproof %} hash {% endsocialproof %}', 'text', '12'],
    ['{% preparelink %}{{ link }}x{% endpreparelink %}', 'text', 'https://example.org/r/1'],
    ['{% screenviewcollection %}', 'html', '&lt;p&gt;'],
  ])('%s as %s', (source, output, expected) => {
    expect(run(source, output).pass).toEqual({ kind: 'rendered', text: expected });
  });

  it('hand their options over: variables as their values, other words as they are written', () => {
    const source =
      "{% set skus = ['a', 'b'] %}{% recommendations3 campaignId=abc itemsIds=skus filtersJoiner=AND %}{% endrecommendations3 %}" +
      '{% barcode code= {{ event.params.code }}, gray=true, type=EAN_13, hrp=BOTTOM %}{% preparelink %}{{ link }}{% endpreparelink %}';
    expect(run(source).asked).toMatchObject([
      {
        kind: 'host',
        name: 'recommendations3',
        id: 'abc',
        options: { itemsIds: ['a', 'b'], filtersJoiner: 'AND' },
      },
      { kind: 'host', name: 'barcode', id: '123', options: { gray: 'true', hrp: 'BOTTOM', type: 'EAN_13' } },
      { kind: 'host', name: 'preparelink', id: 'https://example.org/' },
    ]);
  });

  it('are told apart by their options', () => {
    const keys = [
      dataKey({ kind: 'host', name: 'a', id: 'b' }),
      dataKey({ kind: 'host', name: 'a', id: 'b', options: { c: 'd' } }),
      dataKey({ kind: 'host', name: 'a', id: 'b', options: { c: ['d'] } }),
    ];
    expect(new Set(keys).size).toBe(3);
  });

  it('end the rendering where the host has nothing, and say why', () => {
    const source = 'x {% recommendations3 campaignId=abc %}{% endrecommendations3 %}';
    expect(run(source, 'text', ({ key }) => ({ kind: 'absent', key })).pass).toMatchObject({
      kind: 'skipped',
      reason: {
        code: 'recommendations3-missing',
        message: 'There is nothing to insert as recommendations3 for "abc".',
        column: 3,
      },
    });
    const message = 'Recommendations are not available here.';
    expect(run(source, 'text', ({ key }) => ({ kind: 'unavailable', key, message })).pass).toMatchObject({
      kind: 'failed',
      error: { code: 'data-unavailable', message, column: 3 },
    });
    expect(run('{% preparelink %}{{ none }}{% endpreparelink %}').pass).toMatchObject({
      kind: 'failed',
      error: { code: 'insert-id' },
    });
  });

  it('refuse options that they do not have', () => {
    const compilation = createEngine().compile('{% barcode code=1 colour=red %}');
    expect(compilation.diagnostics[0]).toMatchObject({ code: 'insert-option', column: 19 });
    expect(createEngine().compile('{% barcode gray=true %}').diagnostics[0]).toMatchObject({
      code: 'insert-option',
    });
  });
});
