import { createEngine } from '../../index.ts';
import type { DataAnswers, OutputContext, RenderInput, RenderPass, TemplateLoader } from '../../index.ts';
import { attackLibrary } from '../loading-attacks.ts';

export const outputs: readonly OutputContext[] = ['text', 'json', 'url', 'header', 'html'];

let calls = 0;

/** How often a template reached something of the host. */
export function hostCalls(): number {
  return calls;
}

export function hostFunction(): string {
  calls++;
  return 'reached';
}

class HostObject {
  readonly own = 'own';
  get getter(): string {
    return hostFunction();
  }
  method(): string {
    return hostFunction();
  }
}

/** Input that tries to be more than data. */
export function hostileContext(): Record<string, unknown> {
  const cyclic: Record<string, unknown> = { name: 'cyclic' };
  cyclic['self'] = cyclic;
  const list: unknown[] = [1];
  list.push(list);
  return {
    event: Object.defineProperty(
      { params: { x: 1 }, callback: hostFunction, [Symbol('s')]: 'symbol' },
      'secret',
      {
        get: hostFunction,
        enumerable: true,
      },
    ),
    customer: {
      email: 'ada@example.org',
      toJSON: hostFunction,
      toString: hostFunction,
      valueOf: hostFunction,
    },
    hostile: { template: '{{ 7 * 7 }}{% kill %}', json: '","x":"', lineBreak: 'a\r\nb' },
    host: new HostObject(),
    cyclic,
    list,
    // oxlint-disable-next-line no-thenable -- whether a template gets hold of it is what is tested
    then: hostFunction,
  };
}

const templates: TemplateLoader = {
  load(name) {
    const source = attackLibrary.get(name);
    return source === undefined ? { kind: 'absent' } : { kind: 'found', source };
  },
};

/** Compiles and renders with an engine of its own, so that nothing is known from an earlier run. */
export function renderAttack(
  template: string,
  output: OutputContext,
  context: Record<string, unknown>,
  data?: DataAnswers,
): RenderPass | 'invalid' {
  const compilation = createEngine().compile(template, { output });
  if (compilation.kind === 'invalid') return 'invalid';
  const input: RenderInput = {
    context,
    now: 1_700_000_000_000,
    seed: 'attack',
    templates,
    ...(data === undefined ? {} : { data }),
  };
  return compilation.template.render(input);
}
