import type { DiagnosticList } from '../diagnostic.ts';
import { outlineJson } from '../json/source-outline.ts';
import type { SourceMap } from '../syntax/source-map.ts';
import type { Template } from '../template.ts';
import { hostileText, renderSample } from './sample.ts';

/** Renders a JSON template with harmless and with hostile values, and says what is wrong with what comes out. */
export function checkJson(template: Template, map: SourceMap, diagnostics: DiagnosticList): void {
  for (const text of ['sample', hostileText]) {
    const pass = renderSample(template, text);
    if (pass?.kind !== 'failed' || !pass.error.code.startsWith('json-')) continue;
    const { code, message, line, column } = pass.error;
    const start = offsetOf(map.source, line, column);
    const when =
      text === 'sample' ? '' : ' (with a quote, a backslash, a line break and a brace in every value)';
    diagnostics.warning(code, `${message}${when}`, { start, end: start + 1 });
    return;
  }
  checkGroupId(map.source, diagnostics);
}

function offsetOf(source: string, line: number, column: number): number {
  let start = 0;
  for (let count = 1; count < line; count++) start = source.indexOf('\n', start) + 1;
  return start + column - 1;
}

/** A credential for Accredible whose `group_id` sits inside of `recipient`: valid JSON, and refused there. */
function checkGroupId(source: string, diagnostics: DiagnosticList): void {
  const members = outlineJson(source);
  const at = (path: string) => members.find((member) => member.path.join('.') === path);
  const misplaced = at('credential.recipient.group_id');
  if (misplaced === undefined || at('credential.group_id') !== undefined) return;
  const { keyStart, valueEnd, comma, objectEnd } = misplaced;
  const member = source.slice(keyStart, valueEnd);
  const edits = [
    { start: comma, end: valueEnd, text: '' },
    { start: objectEnd, end: objectEnd, text: `,\n${indentAt(source, objectEnd)}${member}` },
  ];
  const message =
    'group_id belongs beside recipient, not inside of it: Accredible refuses a credential without a group.';
  const fix = comma < 0 ? undefined : { title: 'Move group_id out of recipient', edits };
  diagnostics.warning('accredible-group-id', message, { start: keyStart, end: valueEnd }, fix);
}

/** The space at the beginning of the line in which an offset is. */
function indentAt(source: string, offset: number): string {
  const line = source.slice(source.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}
