import { standardFilters } from '../filters/index.ts';
import { standardFunctions } from '../functions/index.ts';
import { standardInserts } from '../inserts/index.ts';
import { defaultLimits } from '../limits.ts';
import { methodsByKind } from '../methods/call-method.ts';
import { standardTests } from '../tests/index.ts';
import { deviationContextText, deviations } from './deviations.ts';

/** The part of the README that is written from the registries. */
export function referenceText(): string {
  return [inserts(), filters(), tests(), functions(), methods(), limits(), listOfDeviations()].join('\n\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function sortedUnique<T extends { readonly name: string }>(map: ReadonlyMap<string, T>): T[] {
  return [...new Set(map.values())].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function names(definition: { readonly name: string; readonly aliases?: readonly string[] }): string {
  return [definition.name, ...(definition.aliases ?? [])].map(code).join(', ');
}

function inserts(): string {
  const rows = standardInserts.map(({ examples, summary }) => [examples.map(code).join(' '), summary]);
  return `### Inserts\n\n${table(['insert', 'what it is'], rows)}`;
}

function filters(): string {
  const rows = sortedUnique(standardFilters).map((filter) => [
    names(filter),
    filter.params.join(', '),
    filter.summary,
  ]);
  return `### Filters (${rows.length})\n\n${table(['filter', 'arguments', 'result'], rows)}`;
}

function tests(): string {
  const rows = sortedUnique(standardTests).map((test) => [names(test), test.summary]);
  return `### Tests (${standardTests.size} names)\n\n${table(['test', 'true for'], rows)}`;
}

function functions(): string {
  const rows = sortedUnique(standardFunctions).map(({ name, params, summary }) => [
    code(`${name}(${params.join(', ')})`),
    summary,
  ]);
  return `### Functions\n\n${table(['function', 'result'], rows)}`;
}

function methods(): string {
  const rows = Array.from(methodsByKind, ([kind, list]) => [
    kind,
    list.map(({ name }) => code(name)).join(' '),
  ]);
  return `### Methods\n\n${table(['of', 'methods'], rows)}`;
}

function limits(): string {
  const rows = Object.entries<number>({ ...defaultLimits }).map(([name, value]) => [
    code(name),
    value.toLocaleString('en-US'),
  ]);
  return `### Limits\n\nWhat they count and the codes of their errors are in \`src/limits.ts\`.\n\n${table(['limit', 'default'], rows)}`;
}

function listOfDeviations(): string {
  const rows = deviations.map(({ id, template, jinjava, ours, why }) => [
    id,
    code(template),
    code(jinjava),
    code(ours),
    why,
  ]);
  return `### Deviations from Jinjava\n\n${deviationContextText}\n\n${table(['name', 'template', 'Jinjava', 'here', 'why'], rows)}`;
}
