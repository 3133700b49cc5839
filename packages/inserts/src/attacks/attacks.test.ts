/// <reference types="node" />
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { describe, expect, it } from 'vitest';

import { createEngine } from '../index.ts';
import type { RenderPass } from '../index.ts';
import { attackTemplates } from './attack-templates.ts';
import {
  hostCalls,
  hostFunction,
  hostileContext,
  outputs,
  renderAttack as render,
} from './testing/attack-input.ts';
import { leastOf, measure } from './testing/measure.ts';

/** What no template may take: the least of three runs, each with an engine of its own. */
const mostMilliseconds = 100;
const mostBytes = 64 * 1024 * 1024;

/** Not even the first run, before anything is optimised, may come near to a hang. */
const patience = 1000;

function lineOf(pass: RenderPass | 'invalid'): number {
  return pass !== 'invalid' && pass.kind === 'failed' ? pass.error.line : 1;
}

function textOf(pass: RenderPass | 'invalid'): string {
  return pass !== 'invalid' && pass.kind === 'rendered' ? pass.text : '';
}

describe('attacks', () => {
  it('are many', () => {
    expect(attackTemplates.length).toBeGreaterThanOrEqual(100);
  });

  it.each(attackTemplates)('$name ends soon, small and inside', ({ template }) => {
    for (const output of outputs) {
      const runs = [1, 2, 3].map(() => {
        let pass: RenderPass | 'invalid' = 'invalid';
        const context = hostileContext();
        const cost = measure(() => {
          pass = render(template, output, context);
        });
        expect(cost.milliseconds).toBeLessThan(patience);
        const text = textOf(pass);
        expect(text.length).toBeLessThanOrEqual(2_097_152);
        expect(text).not.toMatch(/native code|\[object |reached|49/);
        expect(lineOf(pass)).toBeGreaterThan(0);
        return cost;
      });
      const { milliseconds, bytes } = leastOf(runs);
      expect(milliseconds).toBeLessThan(mostMilliseconds);
      expect(bytes).toBeLessThan(mostBytes);
    }
    expect(hostCalls()).toBe(0);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('all get by with a heap of 64 MB, the engine itself included', async () => {
    const worker = new Worker(new URL('./testing/attack-worker.ts', import.meta.url), {
      // V8 ends a worker that would need more
      resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 16 },
    });
    let last = '';
    worker.on('message', (name: string) => (last = name));
    const ended = await Promise.race([
      once(worker, 'exit').then(() => 'ended'),
      once(worker, 'error').then(([error]) => `${last}: ${String(error)}`),
    ]);
    expect(`${ended} ${last}`).toBe('ended done');
  }, 60_000);

  it('are measured by what they allocate, collected or not', () => {
    const { bytes } = measure(() => {
      for (let count = 0; count < 200; count++) Array.from({ length: 100_000 }, () => count);
    });
    expect(bytes).toBeGreaterThan(200 * 100_000 * 4);
    expect(measure(() => undefined).bytes).toBeLessThan(1_000_000);
  });
});

describe('hostile input', () => {
  const contexts: readonly (readonly [string, string])[] = [
    ['getters are not called', '[{{ event.secret }}]'],
    ['functions are null', '[{{ event.callback }}]'],
    ['methods of a class are not there', '[{{ host.method }}{{ host.getter }}]'],
    ['prototypes of a class are not there', '[{{ host.constructor }}{{ host.__proto__ }}]'],
    ['conversion functions are not called', '[{{ customer.toString }}{{ customer.toJSON }}]'],
    ['then is null', '[{{ then }}]'],
  ];

  it.each(contexts)('%s', (_, template) => {
    expect(render(template, 'text', hostileContext())).toEqual({ kind: 'rendered', text: '[]' });
    expect(hostCalls()).toBe(0);
  });

  it('refuses to call what a host left in the input', () => {
    const pass = render('{{ host.method() }}', 'text', hostileContext());
    expect(pass).toMatchObject({ kind: 'failed', error: { code: 'unknown-method' } });
    expect(hostCalls()).toBe(0);
  });

  it('prints objects with conversion functions as data', () => {
    expect(textOf(render('{{ customer }}', 'text', hostileContext()))).toBe(
      '{email=ada@example.org, toJSON=null, toString=null, valueOf=null}',
    );
    expect(textOf(render('{{ customer|tojson }}', 'text', hostileContext()))).toBe(
      '{"email":"ada@example.org","toJSON":null,"toString":null,"valueOf":null}',
    );
    expect(hostCalls()).toBe(0);
  });

  it('ends for input that contains itself', () => {
    expect(textOf(render('{{ list }}', 'text', hostileContext()))).toBe('[1, (this Collection)]');
    expect(textOf(render('{{ cyclic.self.self.name }}', 'text', hostileContext()))).toBe('cyclic');
    expect(render('{{ cyclic|tojson }}', 'text', hostileContext())).toMatchObject({ kind: 'failed' });
  });

  it('reads a proxy as data and lets no template reach its target', () => {
    const proxy = new Proxy<Record<string, unknown>>({ a: 1 }, { get: hostFunction });
    expect(textOf(render('{{ p.a }}{{ p.constructor }}', 'text', { p: proxy }))).toBe('1');
    expect(hostCalls()).toBe(0);
  });

  it('never changes the input', () => {
    const context = { list: [3, 1], dict: { a: [1] }, event: { params: { tags: ['x'] } } };
    const copy = structuredClone(context);
    const template =
      '{% do list.append(9) %}{% do list.reverse() %}{% do dict.put("b", 2) %}{% do dict.a.clear() %}' +
      '{% do event.params.tags.append("y") %}{% do event.params.put("z", 1) %}{{ list }}{{ dict }}{{ event.params.tags }}{{ event.params.z }}';
    expect(textOf(render(template, 'text', context))).toBe('[9, 1, 3]{a=[], b=2}[x, y]1');
    expect(context).toEqual(copy);
  });

  it('works on a frozen input', () => {
    const context = { list: Object.freeze([1]), dict: Object.freeze({ a: 1 }) };
    expect(
      textOf(render('{% do list.append(2) %}{% do dict.put("b", 2) %}{{ list }}{{ dict }}', 'text', context)),
    ).toBe('[1, 2]{a=1, b=2}');
  });

  it('gives the same answers for plain data', () => {
    const compilation = createEngine().compile(
      '{{ event.params.x }}|{{ event.constructor }}|{{ event.__proto__ }}|{{ a.b.c }}',
    );
    if (compilation.kind === 'invalid') throw new Error('does not compile');
    const context: unknown = JSON.parse('{"event": {"params": {"x": 1}}, "a": {"b": null}}');
    const input = { context: context as Record<string, unknown>, now: 0, seed: '' };
    expect(compilation.template.render({ ...input, plainData: true })).toEqual({
      kind: 'rendered',
      text: '1|||',
    });
    expect(compilation.template.render(input)).toEqual({ kind: 'rendered', text: '1|||' });
  });

  it('refuses line breaks in a header', () => {
    expect(render('Bearer {{ hostile.lineBreak }}', 'header', hostileContext())).toMatchObject({
      kind: 'failed',
      error: { code: 'header-line-break', line: 1, column: 8 },
    });
  });

  it.each(['{{ v }}', '{{ v|urlencode }}', '{% set x %}{{ v }}{% endset %}{{ x }}'])(
    'refuses dots that would change the path of a URL: %s',
    (value) => {
      for (const v of ['.', '..']) {
        expect(render(`https://x/v1/${value}/y`, 'url', { v })).toMatchObject({
          kind: 'failed',
          error: { code: 'url-dots', line: 1 },
        });
        expect(textOf(render(`https://x/v1?q=${value}`, 'url', { v }))).toBe(`https://x/v1?q=${v}`);
      }
    },
  );

  it('refuses what no header can hold', () => {
    for (const v of ['Łukasz', 'a\u0007b', '😀', '\u007f']) {
      expect(render('Bearer {{ v }}', 'header', { v })).toMatchObject({
        kind: 'failed',
        error: { code: 'header-character', line: 1, column: 8 },
      });
    }
    expect(textOf(render('{{ v }}', 'header', { v: 'Zoë\t1' }))).toBe('Zoë\t1');
  });

  it('encodes values in a URL', () => {
    expect(textOf(render('https://x/{{ v }}?q={{ v|urlencode }}', 'url', { v: 'a/b ?&=ü' }))).toBe(
      'https://x/a%2Fb%20%3F%26%3D%C3%BC?q=a%2Fb+%3F%26%3D%C3%BC',
    );
  });
});
