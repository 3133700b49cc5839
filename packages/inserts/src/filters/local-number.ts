/** What separates digits in numbers of a locale. */
interface NumberSigns {
  readonly group: string;
  readonly decimal: string;
}

const kept = new Map<string, NumberSigns>();
const maxKept = 50;

function numberSigns(locale: string): NumberSigns {
  const known = kept.get(locale);
  if (known !== undefined) return known;
  const parts = numberFormat(locale, {}).formatToParts(1_234_567.5);
  const of = (type: string, fallback: string) => parts.find((part) => part.type === type)?.value ?? fallback;
  const signs = { group: of('group', ','), decimal: of('decimal', '.') };
  if (kept.size >= maxKept) kept.clear();
  kept.set(locale, signs);
  return signs;
}

/** A number format of a locale, of English if there is no such locale. */
export function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(locale.replaceAll('_', '-'), options);
  } catch {
    // RangeError is how Intl says that the name is no locale's
    return new Intl.NumberFormat('en-US', options);
  }
}

/** The whole of `text` as a number of the locale: digits with or without grouping; undefined for anything else. */
export function parseLocalNumber(text: string, locale: string): number | undefined {
  const { group, decimal } = numberSigns(locale);
  let plain = '';
  let seenDecimal = false;
  let seenExponent = false;
  for (const [at, character] of Array.from(text).entries()) {
    if (character >= '0' && character <= '9') plain += character;
    else if (character === decimal && !seenDecimal && !seenExponent) {
      plain += '.';
      seenDecimal = true;
    } else if (character === '-' && (at === 0 || plain.endsWith('e'))) plain += '-';
    else if (character === 'E' && !seenExponent && /\d/.test(plain)) {
      plain += 'e';
      seenExponent = true;
    } else if (character !== group || seenDecimal || seenExponent || plain === '' || plain === '-')
      return undefined;
  }
  if (!/\d/.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isNaN(value) ? undefined : value;
}
