/**
 * Breaks a text into lines of at most `width` characters at spaces, dropping the space at the break. A longer word
 * stays whole, or is broken if `breaksWords`.
 */
export function wrapWords(text: string, width: number, breaksWords: boolean): string {
  const lines: string[] = [];
  let at = 0;
  while (at < text.length) {
    const newline = text.slice(at, at + width + 1).indexOf(' ');
    if (newline === 0) {
      at++;
      continue;
    }
    if (text.length - at <= width) break;
    const space = text.lastIndexOf(' ', at + width);
    if (space >= at) {
      lines.push(text.slice(at, space));
      at = space + 1;
    } else if (breaksWords) {
      lines.push(text.slice(at, at + width));
      at += width;
    } else {
      const next = text.indexOf(' ', at + width);
      if (next < 0) break;
      lines.push(text.slice(at, next));
      at = next + 1;
    }
  }
  lines.push(text.slice(at));
  return lines.join('\n');
}
