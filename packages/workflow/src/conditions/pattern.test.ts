import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fitsPattern, MAX_TEXT, readPattern } from './pattern.ts';

describe('a pattern', () => {
  it.each([
    ['a.c', 'a[^\\n]c'],
    ['^(ab|c)+?$', '^(?:ab|c)+?$'],
    ['\\d\\W[\\w-]', '[0-9][^A-Za-z0-9_][A-Za-z0-9_\\-]'],
    ['[]a^-]', '[\\]a\\^\\-]'],
    ['x{2,3}{', 'x{2,3}\\{'],
    ['a#b: é😀', 'a\\#b\\: é😀'],
  ])('%s is %s for PostgreSQL', (pattern, postgres) => {
    expect(readPattern(pattern)).toEqual({ kind: 'pattern', postgres });
  });

  it.each([
    '(',
    '(a)\\1',
    '(?=a)',
    '(?i)a',
    '(?P<n>a)',
    'a**',
    'a{2}{3}',
    '^*',
    'a{256}',
    '[[:alpha:]]',
    '[\\D]',
    '\\ba',
    '\\p{L}',
    '\\Qa\\E',
    '\\é',
    '(((a?){10}){10}){10}',
    'x'.repeat(301),
  ])('%s is refused', (pattern) => {
    expect(readPattern(pattern)).toMatchObject({ kind: 'invalid', message: expect.stringMatching(/./) });
  });

  it('fits no text that is too long, counted in code points', () => {
    expect(fitsPattern('😀'.repeat(MAX_TEXT), '😀$')).toBe(true);
    expect(fitsPattern('a'.repeat(MAX_TEXT + 1), 'a')).toBe(false);
  });

  it('means what it means to JavaScript', () => {
    const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '\\w', '\\.', '(?:a|b)', '(b|ab)', '.', 'é');
    const piece = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{0,2}', '*?'));
    const source = fc
      .tuple(fc.boolean(), fc.array(piece, { minLength: 1, maxLength: 5 }), fc.boolean())
      .map(([start, pieces, end]) => `${start ? '^' : ''}${pieces.flat().join('')}${end ? '$' : ''}`);
    fc.assert(
      fc.property(source, fc.stringMatching(/^[ab.é\n]{0,8}$/), (pattern, text) => {
        expect(readPattern(pattern).kind).toBe('pattern');
        expect(fitsPattern(text, pattern)).toBe(new RegExp(pattern).test(text));
      }),
    );
  });
});
