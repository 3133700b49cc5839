import { describe, expect, it } from 'vitest';

import { textOf } from '../testing.ts';

const context = { u: 'żółw ß É', q: `a'b"c&<` };

describe('texts as Java has them', () => {
  it.each([
    ['{{ u|title }}', 'Żółw ß É'],
    ['{{ u|escapejson }}', '\\u017C\\u00F3\\u0142w \\u00DF \\u00C9'],
    ["{{ '/😀'|escapejson }}", '\\/\\uD83D\\uDE00'],
    ['{{ u|forceescape }}', 'ż&oacute;łw &szlig; &Eacute;'],
    ['{{ q|forceescape }}', "a'b&quot;c&amp;&lt;"],
    ['{{ q|escape }}', 'a&#39;b&quot;c&amp;&lt;'],
    ["{{ 'Hello'.compareTo('Hallo') }} {{ 'a'.compareTo('abc') }} {{ 'a'.compareTo('a') }}", '4 -2 0'],
    ['[{{ none|b64encode }}]', '[]'],
    ["{{ '[12345678901234567890, 1]'|fromjson }}", '[12345678901234567890, 1]'],
    ["{{ '[12345678901234567890]'|fromjson|tojson }}", '[12345678901234567890]'],
    ["{{ 0|format_time('long') }}|{{ 0|format_time('full') }}", '12:00:00 AM Z|12:00:00 AM Z'],
    ["{{ 0|format_time('long', 'UTC') }}|{{ 0|format_date('long') }}", '12:00:00 AM UTC|January 1, 1970'],
  ])('%s', (template, expected) => {
    expect(textOf(template, context)).toBe(expected);
  });

  it('are the same in a JSON body', () => {
    expect(JSON.parse(textOf('{"a": "{{ u|escapejson }}"}', context, 'json'))).toEqual({ a: context.u });
  });
});
