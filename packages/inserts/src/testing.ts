import { createEngine } from './index.ts';
import type { EngineOptions, OutputContext, RenderPass } from './index.ts';

/** For tests: what a template comes to, with fixed time and seed. */
export function passOf(
  template: string,
  context: Readonly<Record<string, unknown>> = {},
  output: OutputContext = 'text',
  options: EngineOptions = {},
): RenderPass {
  const compilation = createEngine(options).compile(template, { output });
  if (compilation.kind === 'invalid') {
    const [first] = compilation.diagnostics;
    throw new Error(`${template} does not compile: ${first?.message} at ${first?.line}:${first?.column}`);
  }
  return compilation.template.render({ context, now: 1_695_989_087_498, seed: 'test' });
}

/** The rendered text; for anything else the kind and the code. */
export function textOf(...args: Parameters<typeof passOf>): string {
  const pass = passOf(...args);
  switch (pass.kind) {
    case 'rendered':
      return pass.text;
    case 'failed':
      return `failed: ${pass.error.code}`;
    case 'skipped':
      return `skipped: ${pass.reason.code}`;
    case 'needs':
      return `needs: ${pass.requests.map((request) => request.kind).join()}`;
  }
}

/** What a template prints at the time that answers of real Jinjava were recorded at; for a failure its message. */
export function recordedAnswer(
  template: string,
  context: Readonly<Record<string, unknown>>,
  loaded: ReadonlyMap<string, string> = new Map(),
): string {
  const compilation = createEngine().compile(template);
  if (compilation.kind === 'invalid') return `invalid: ${compilation.diagnostics[0]?.message}`;
  const pass = compilation.template.render({
    context,
    now: 1_700_000_000_000,
    seed: 'recorded',
    templates: {
      load(name) {
        const source = loaded.get(name);
        return source === undefined ? { kind: 'absent' } : { kind: 'found', source };
      },
    },
  });
  if (pass.kind === 'rendered') return pass.text;
  return pass.kind === 'failed' ? `failed: ${pass.error.message}` : pass.kind;
}
