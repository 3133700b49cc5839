import { describe, expect, it } from 'vitest';

import { createEngine, renderWith } from './index.ts';
import type { DataRequest, DataSource, RenderInput } from './index.ts';

/** The body exactly as the use case prints it: valid JSON, but `group_id` sits inside of `recipient`. */
const printed = `{
               "credential": {
                   "recipient": {
                       "name": "{{ event.params.firstName }} {{ event.params.lastName }}",
                       "email": "{% customer email %}",
                   "group_id":"{% set key = event.params.certificationId %}{% catalogitem.certificationList(key) %}{% set object = catalog_result %}{{ object.get('accredibleid')}}{% endcatalogitem %}"
               }
           }}`;

const corrected = `{
  "credential": {
    "recipient": {
      "name": "{{ event.params.firstName }} {{ event.params.lastName }}",
      "email": "{% customer email %}"
    },
    "group_id": "{% set key = event.params.certificationId %}{% catalogitem.certificationList(key) %}{% set object = catalog_result %}{{ object.get('accredibleid')}}{% endcatalogitem %}"
  }
}`;

const rows = new Map([['level-1', { syneriseID: 'level-1', accredibleid: '778899' }]]);

function catalogSource(): DataSource & { readonly calls: DataRequest[][] } {
  const calls: DataRequest[][] = [];
  return {
    calls,
    fetch(requests) {
      calls.push([...requests]);
      return Promise.resolve(
        requests.map((request) => {
          const row = request.kind === 'catalog-item' ? rows.get(request.item) : undefined;
          return row === undefined
            ? { kind: 'absent' as const, key: request.key }
            : { kind: 'found' as const, key: request.key, value: row };
        }),
      );
    },
  };
}

function input(params: Record<string, unknown>, customer: Record<string, unknown>): RenderInput {
  return {
    context: { event: { action: 'certification.acquired', params }, customer },
    now: 1_700_000_000_000,
    seed: 'run-1',
  };
}

function compile(source: string) {
  const compilation = createEngine().compile(source, { output: 'json' });
  if (compilation.kind === 'invalid') throw new Error(JSON.stringify(compilation.diagnostics));
  return compilation.template;
}

const ada = { firstName: 'Ada', lastName: 'Lovelace', certificationId: 'level-1' };

describe("the use case's body", () => {
  it('renders as printed, with group_id inside of recipient', async () => {
    const source = catalogSource();
    const outcome = await renderWith(compile(printed), input(ada, { email: 'ada@example.org' }), source);
    if (outcome.kind !== 'rendered') throw new Error(JSON.stringify(outcome));
    expect(JSON.parse(outcome.text)).toEqual({
      credential: { recipient: { name: 'Ada Lovelace', email: 'ada@example.org', group_id: '778899' } },
    });
    expect(source.calls).toHaveLength(1);
  });

  it('renders corrected', async () => {
    const outcome = await renderWith(
      compile(corrected),
      input(ada, { email: 'ada@example.org' }),
      catalogSource(),
    );
    if (outcome.kind !== 'rendered') throw new Error(JSON.stringify(outcome));
    expect(JSON.parse(outcome.text)).toEqual({
      credential: { recipient: { name: 'Ada Lovelace', email: 'ada@example.org' }, group_id: '778899' },
    });
  });

  it('keeps its structure whatever a name contains', async () => {
    for (const hostile of [
      'A","admin":true,"x":"',
      'back\\slash',
      'line\nbreak',
      '}}{{ x }}',
      '\u2028',
      '😀',
      '\ud800',
    ]) {
      const params = { ...ada, firstName: hostile };
      const outcome = await renderWith(
        compile(corrected),
        input(params, { email: 'ada@example.org' }),
        catalogSource(),
      );
      if (outcome.kind !== 'rendered') throw new Error(JSON.stringify(outcome));
      expect(JSON.parse(outcome.text)).toEqual({
        credential: {
          recipient: { name: `${hostile} Lovelace`, email: 'ada@example.org' },
          group_id: '778899',
        },
      });
    }
  });

  it('sends nothing without the e-mail address', async () => {
    const outcome = await renderWith(compile(corrected), input(ada, {}), catalogSource());
    expect(outcome).toEqual({
      kind: 'skipped',
      reason: {
        code: 'attribute-missing',
        message: 'The profile has no attribute "email".',
        line: 5,
        column: 17,
        insert: '{% customer email %}',
      },
    });
  });

  it('sends nothing for a key that is not in the catalog', async () => {
    const params = { ...ada, certificationId: 'level-9' };
    const outcome = await renderWith(
      compile(corrected),
      input(params, { email: 'ada@example.org' }),
      catalogSource(),
    );
    if (outcome.kind !== 'skipped') throw new Error(JSON.stringify(outcome));
    expect(outcome.reason).toMatchObject({ code: 'catalog-item-missing', line: 7 });
    expect(outcome.reason.message).toBe('The catalog certificationList has no item "level-9".');
  });

  it('prints nothing for a missing event parameter', async () => {
    const params = { certificationId: 'level-1' };
    const outcome = await renderWith(
      compile(corrected),
      input(params, { email: 'ada@example.org' }),
      catalogSource(),
    );
    if (outcome.kind !== 'rendered') throw new Error(JSON.stringify(outcome));
    expect(JSON.parse(outcome.text)).toMatchObject({ credential: { recipient: { name: ' ' } } });
  });

  it('says what it needs', () => {
    expect(compile(corrected).needs()).toMatchObject({
      eventParams: { names: ['certificationId', 'firstName', 'lastName'], open: false },
      attributes: { names: ['email'], open: false },
      requiredAttributes: ['email'],
      catalogs: [{ name: 'certificationList', columns: { names: ['accredibleid'], open: false } }],
      variables: [],
    });
  });
});
