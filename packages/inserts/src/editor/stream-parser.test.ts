import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { templateStreamParser } from './stream-parser.ts';
import type { TextStream } from './stream-parser.ts';

function tokens(source: string): [string, string | null][] {
  const state = templateStreamParser.startState();
  const found: [string, string | null][] = [];
  for (const line of source.split('\n')) {
    const stream: TextStream = { pos: 0, string: line, eol: () => stream.pos >= line.length };
    while (!stream.eol()) {
      const start = stream.pos;
      const style = templateStreamParser.token(stream, state);
      if (stream.pos <= start) throw new Error(`no progress at ${start} of ${line}`);
      found.push([line.slice(start, stream.pos), style]);
    }
  }
  return found;
}

function styled(source: string): string {
  return tokens(source)
    .filter(([, style]) => style !== null)
    .map(([text, style]) => `${text}:${style}`)
    .join(' ');
}

describe('the stream parser', () => {
  it.each([
    [
      'a {{ x.y|upper }} b',
      '{{:bracket x:variableName .:operator y:propertyName |:operator upper:keyword }}:bracket',
    ],
    [
      "{% if a is not defined and 'b' == 1.5 %}",
      "{%:bracket if:keyword a:variableName is:keyword not:keyword defined:keyword and:keyword 'b':string ==:operator 1.5:number %}:bracket",
    ],
    [
      '{% catalogitem.list(key) -%}',
      '{%:bracket catalogitem:tagName .:operator list:propertyName (:operator key:variableName ):operator -%}:bracket',
    ],
    ['{# {{ x }}\nmore #}{{ true }}', '{# {{ x }}:comment more #}:comment {{:bracket true:atom }}:bracket'],
    [
      '{% raw %}{{ x }}{% endraw %}{{ y }}',
      '{%:bracket raw:keyword %}:bracket {%:bracket endraw:keyword %}:bracket {{:bracket y:variableName }}:bracket',
    ],
    [
      "{{ {'a': {'b': 1}} }}",
      "{{:bracket {:operator 'a':string ::operator {:operator 'b':string ::operator 1:number }:operator }:operator }}:bracket",
    ],
    ["{{ 'two\nlines' }}", "{{:bracket 'two:string lines':string }}:bracket"],
    ['{{ § }}', '{{:bracket §:invalid }}:bracket'],
  ])('%j', (source, expected) => {
    expect(styled(source)).toBe(expected);
  });

  it('gets through any text without losing a character', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom('{{', '}}', '{%', '%}', '{#', '#}', '"', '|', 'raw', 'endraw', '\n'),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
        (source) => {
          const text = tokens(source).map(([part]) => part);
          expect(text.join('')).toBe(source.replaceAll('\n', ''));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
