import { describe, expect, it } from 'vitest';

import type { CheckEnvironment } from './node-type.ts';
import { permissive, sampleDefinition } from './sample-definition.ts';
import { parseDefinition, validateDefinition } from './validate.ts';

function issuesOf(document: unknown, environment: CheckEnvironment = permissive) {
  const outcome = parseDefinition(document);
  return outcome.kind === 'parsed' ? validateDefinition(outcome.definition, environment) : outcome.issues;
}

function changed(change: (document: ReturnType<typeof sampleDefinition>) => void) {
  const document = sampleDefinition();
  change(document);
  return document;
}

describe('a definition', () => {
  it('without faults has no issues', () => {
    expect(issuesOf(sampleDefinition())).toEqual([]);
  });

  it('with an unknown field names the node and the field', () => {
    const document = changed((it) => Object.assign(it.nodes[1]!.settings as object, { urll: 'x' }));
    expect(issuesOf(document)).toMatchObject([
      { severity: 'error', code: 'unknown-field', nodeId: 'issue', field: 'settings.urll' },
    ]);
  });

  it('with a bad header name names its place', () => {
    const document = changed((it) =>
      Object.assign(it.nodes[1]!.settings as object, { headers: [{ name: 'a b', value: '' }] }),
    );
    expect(issuesOf(document)).toMatchObject([{ nodeId: 'issue', field: 'settings.headers[0].name' }]);
  });

  it.each([
    ['open-output', changed((it) => (it.nodes[1]!.outputs = {}))],
    ['unknown-node', changed((it) => (it.nodes[1]!.outputs = { next: 'nowhere' }))],
    ['unknown-output', changed((it) => (it.nodes[1]!.outputs = { next: 'end', other: 'end' }))],
    ['trigger-not-first', changed((it) => (it.nodes[1]!.outputs = { next: 'acquired' }))],
    ['duplicate-title', changed((it) => (it.nodes[2]!.title = 'Certification acquired'))],
    ['duplicate-id', changed((it) => it.nodes.push({ id: 'end', type: 'end', title: 'Other end' }))],
    ['unreachable', changed((it) => it.nodes.push({ id: 'other', type: 'end', title: 'Other end' }))],
    ['no-trigger', changed((it) => it.nodes.shift())],
    ['self-start', changed((it) => (it.nodes[0]!.settings = { event: 'accredible.userSent' }))],
    [
      'unmerged-trigger',
      changed((it) =>
        it.nodes.push({
          id: 'more',
          type: 'profile-event',
          title: 'More',
          settings: { event: 'a.b' },
          outputs: { next: 'issue' },
        }),
      ),
    ],
  ])('reports %s', (code, document) => {
    expect(issuesOf(document).map((issue) => issue.code)).toContain(code);
  });

  it('may have several triggers that come together in Merge Paths', () => {
    const document = changed((it) => {
      it.nodes.push({
        id: 'more',
        type: 'profile-event',
        title: 'More',
        settings: { event: 'a.b' },
        outputs: { next: 'merge' },
      });
      it.nodes.push({ id: 'merge', type: 'merge-paths', title: 'Merge', outputs: { next: 'issue' } });
      it.nodes[0]!.outputs = { next: 'merge' };
    });
    expect(issuesOf(document)).toEqual([]);
  });

  it('reports a loop once for the node that it leads back to', () => {
    const document = changed((it) => {
      it.nodes.splice(2, 0, {
        ...it.nodes[1]!,
        id: 'again',
        title: 'Again',
        outputs: { next: 'issue' },
      } as (typeof it.nodes)[number]);
      it.nodes[1]!.outputs = { next: 'again' };
    });
    expect(issuesOf(document).filter(({ code }) => code === 'loop')).toMatchObject([{ nodeId: 'issue' }]);
  });

  it.each(['automation.clientStartPath', 'automation.clientPathStep', 'automation.clientEndPath'])(
    'cannot be started by %s',
    (event) => {
      const document = changed((it) => (it.nodes[0]!.settings = { event }));
      expect(issuesOf(document)).toMatchObject([{ code: 'forbidden-trigger', nodeId: 'acquired' }]);
    },
  );

  it('warns of a key in a plain header, and does not where it is an insert', () => {
    const withKey = (value: string) =>
      changed((it) =>
        Object.assign(it.nodes[1]!.settings as object, { headers: [{ name: 'Authorization', value }] }),
      );
    expect(issuesOf(withKey('Token token=abc'))).toMatchObject([
      { severity: 'warning', code: 'secret-in-header' },
    ]);
    expect(issuesOf(withKey('{{ event.params.key }}'))).toEqual([]);
  });

  it('refuses the headers that belong to the connection, and a body in a GET', () => {
    const document = changed((it) =>
      Object.assign(it.nodes[1]!.settings as object, {
        method: 'GET',
        headers: [{ name: 'Host', value: 'x' }],
      }),
    );
    expect(issuesOf(document).map(({ code }) => code)).toEqual(['reserved-header', 'body-of-get']);
  });

  it('asks the environment about connection, event and templates', () => {
    const environment: CheckEnvironment = {
      hasConnection: () => false,
      hasSegment: () => false,
      hasEventDefinition: () => false,
      checkTemplate: (_source, output, field) => [
        { severity: 'error', code: 'syntax', message: output, field, line: 1, column: 2 },
      ],
    };
    expect(issuesOf(sampleDefinition(), environment)).toMatchObject([
      { code: 'unknown-event', severity: 'warning', nodeId: 'acquired' },
      { code: 'unknown-connection', severity: 'error', nodeId: 'issue' },
      { code: 'syntax', message: 'url', field: 'settings.url', line: 1, column: 2 },
      { code: 'syntax', message: 'json', field: 'settings.body' },
    ]);
  });
});
