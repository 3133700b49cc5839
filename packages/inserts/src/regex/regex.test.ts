import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compileRegex } from './compile-regex.ts';
import { findMatch } from './match-regex.ts';

function match(pattern: string, text: string): (string | null)[] | null {
  const compiled = compileRegex(pattern);
  if (compiled.kind === 'invalid') throw new Error(compiled.message);
  const found = findMatch(compiled.program, text, 0, () => undefined);
  if (found === null) return null;
  return Array.from({ length: compiled.program.groups }, (_, group) => {
    const start = found[2 * group] ?? -1;
    return start < 0 ? null : text.slice(start, found[2 * group + 1]);
  });
}

describe('regular expressions', () => {
  it.each<[string, string, (string | null)[] | null]>([
    ['a+', 'baaa', ['aaa']],
    ['a+?', 'baaa', ['a']],
    ['(a|ab)(c|bcd)', 'abcd', ['abcd', 'a', 'bcd']],
    ['(?:a|ab)(c|bcd)?$', 'ab', ['ab', null]],
    ['(?i)AbC', 'xabc', ['abc']],
    ['^b', 'a\nb', null],
    ['(?m)^b$', 'a\nb\nc', ['b']],
    ['a.c', 'a\nc', null],
    ['(?s)a.c', 'a\nc', ['a\nc']],
    ['[^\\d\\s]{2,3}', '1 abcd', ['abc']],
    ['[a-c-]+', 'x-ab-', ['-ab-']],
    ['[[:upper:]]\\w*\\b', 'say Hello you', ['Hello']],
    ['\\p{Lu}\\p{L}*', 'to Łódź', ['Łódź']],
    ['\\Qa.b\\E', 'axb a.b', ['a.b']],
    ['(?P<year>\\d{4})-(\\d\\d)', 'on 2024-05', ['2024-05', '2024', '05']],
    ['x*', 'aaa', ['']],
    ['😀+', 'a😀😀', ['😀😀']],
  ])('%s in %j', (pattern, text, expected) => {
    expect(match(pattern, text)).toEqual(expected);
  });

  it.each([
    '(',
    ')',
    '[',
    '*a',
    'a{2,1}',
    '(?=a)',
    '(?<=a)',
    '\\1',
    'a{9999}',
    '[z-a]',
    '\\q',
    '(?<n',
    '\\p{Nope}',
    '((((a{99}){99}){99}){99})',
  ])('%s is refused', (pattern) => {
    expect(compileRegex(pattern).kind).toBe('invalid');
  });

  it('agrees with JavaScript where both know the syntax', () => {
    const atom = fc.constantFrom('a', 'b', '[ab]', '.', 'ab', '(a)', '(b|ab)', '(?:a|b)', '^', '$', '\\b');
    const piece = fc
      .tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '*?', '+?'))
      .map(([one, many]) => (/^[\^$\\]/.test(one) ? one : one + many));
    const pattern = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(pattern, fc.stringMatching(/^[abc ]{0,12}$/), (source, text) => {
        const expected = new RegExp(source).exec(text);
        expect(match(source, text)?.[0] ?? null).toBe(expected === null ? null : expected[0]);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes time in proportion to the text', () => {
    const compiled = compileRegex('(a*)*(a*)*(a|a)*b');
    if (compiled.kind === 'invalid') throw new Error(compiled.message);
    let work = 0;
    findMatch(compiled.program, 'a'.repeat(2000), 0, (done) => {
      work += done;
    });
    expect(work).toBeLessThan(2001 * 60);
  });
});
