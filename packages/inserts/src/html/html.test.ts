import { describe, expect, it } from 'vitest';

import { recordedAnswer } from '../testing.ts';

const context = {
  mail: '<div class=box><h1>Hi</h1><p>One <b>two</b> three<ul><li>a<li>b</ul></div>',
  table: '<table><tr><td>x<td>y<tr><td>z</table>',
};

/** The second of each pair is what Jinjava 2.8.3 prints (LegacyOverrides.NONE, no nested interpretation). */
function cases(name: string, table: readonly (readonly [string, string])[]): void {
  describe(`HTML as jsoup makes it: ${name}`, () => {
    it.each(table)('%s', (template, expected) => {
      expect(recordedAnswer(template, context)).toBe(expected);
    });
  });
}

cases('laid out', [
  [
    '{{ mail|truncatehtml(100) }}',
    '<div class="box">\n <h1>Hi</h1>\n <p>One <b>two</b> three</p>\n <ul>\n  <li>a</li>\n  <li>b</li>\n </ul>\n</div>',
  ],
  [
    '{{ table|truncatehtml(100) }}',
    '<table>\n <tbody>\n  <tr>\n   <td>x</td>\n   <td>y</td>\n  </tr>\n  <tr>\n   <td>z</td>\n  </tr>\n </tbody>\n</table>',
  ],
  ["{{ mail|truncatehtml(9, '!') }}", '<div class="box">\n <h1>Hi</h1>\n <p>One <b>two</b></p>\n</div>'],
  [
    "{{ '<p>a<br>b</p>c<!-- d -->'|truncatehtml(99) }}|{{ '<pre> a\n b</pre>'|truncatehtml(99) }}|{{ '<div>a</div> <div>b</div>'|truncatehtml(99) }}|{{ '<p>a<div>b</div></p>'|truncatehtml(99) }}",
    '<p>ab</p>c<!-- d -->|<pre> a\n b</pre>|<div>\n a\n</div>\n<div>\n b\n</div>|<p>a</p>\n<div>\n b\n</div>',
  ],
  [
    "{{ '<a href=\"x\"><b>a'|truncatehtml(99) }}|{{ '<td>a</td>'|truncatehtml(99) }}|{{ '<!-- a -->'|truncatehtml(99) }}|{{ '<h1>a<h2>b'|truncatehtml(99) }}|{{ '<span>a</span><span>b</span>'|truncatehtml(99) }}",
    '<a href="x"><b>a</b></a>|a||<h1>a</h1>\n<h2>b</h2>|<span>a</span><span>b</span>',
  ],
]);

cases('without tags', [
  [
    "{{ mail|striptags }}|{{ table|striptags }}|{{ 'a<td>b</td>c'|striptags }}|{{ 'a</ul>b'|striptags }}|{{ 'a</p>b'|striptags }}|{{ 'a<br>b<span>c</span>d'|striptags }}|{{ '<script>x</script>a<style>y</style>b'|striptags }}",
    'Hi One two three a b|x y z|abc|ab|a b|a bcd|a b',
  ],
]);
