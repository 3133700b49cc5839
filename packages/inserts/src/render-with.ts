import type { DataAnswer, DataSource } from './data.ts';
import { defaultLimits } from './limits.ts';
import type { RenderInput, RenderPass, Template } from './template.ts';

export type RenderOutcome = Exclude<RenderPass, { readonly kind: 'needs' }>;

/**
 * Renders one template with a source of data: one call of the source a round, at most `rounds` (8) of them. A request
 * that the source does not answer counts as unavailable.
 */
export async function renderWith(
  template: Template,
  input: RenderInput,
  source: DataSource,
  rounds: number = defaultLimits.rounds,
): Promise<RenderOutcome> {
  const templates = input.templates ?? source.templates;
  const answers = new Map<string, DataAnswer>(input.data);
  for (let round = 0; ; round++) {
    const pass = template.render({
      ...input,
      data: answers,
      ...(templates === undefined ? {} : { templates }),
    });
    if (pass.kind !== 'needs') return pass;
    if (round >= rounds) return tooManyRounds(rounds);
    for (const answer of await source.fetch(pass.requests)) answers.set(answer.key, answer);
    for (const { key } of pass.requests) {
      if (!answers.has(key))
        answers.set(key, { kind: 'unavailable', key, message: `No answer came for ${key}.` });
    }
  }
}

/** What a rendering comes to whose data leads to ever more data. */
export function tooManyRounds(rounds: number): RenderOutcome {
  const message = `The template still needs data after ${rounds} rounds.`;
  return { kind: 'failed', error: { code: 'limit-rounds', message, line: 1, column: 1 } };
}
