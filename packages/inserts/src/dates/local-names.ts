/** What a name in a date is of. */
export type NamePart = 'weekday' | 'month' | 'dayPeriod' | 'era';

const kept = new Map<string, Intl.DateTimeFormat>();
const maxKept = 100;

/** A date format, kept; of English if there is no such locale, in UTC if Intl does not take the zone. */
function dateFormat(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, zone, options]);
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (kept.size >= maxKept) kept.clear();
  const made = makeFormat(locale, zone, options);
  kept.set(key, made);
  return made;
}

function makeFormat(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  for (const [tag, timeZone] of [
    [locale.replaceAll('_', '-'), zone],
    ['en-US', zone],
    [locale, 'UTC'],
  ] as const) {
    try {
      return new Intl.DateTimeFormat(tag, { ...options, timeZone: intlZone(timeZone) });
    } catch {
      // RangeError is how Intl says that it knows no such locale or zone
      continue;
    }
  }
  return new Intl.DateTimeFormat('en-US', options);
}

function intlZone(zone: string): string {
  if (zone === 'Z' || zone === 'GMT') return 'UTC';
  const fixed = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(zone);
  return fixed === null ? zone : `${fixed[1]}${(fixed[2] ?? '').padStart(2, '0')}:${fixed[3] ?? '00'}`;
}

type NameStyle = 'long' | 'short' | 'narrow';

const common = { calendar: 'gregory', numberingSystem: 'latn' } as const;

/** The name of a part of a date in a locale. `alone` is the form without a day beside it. */
export function localName(
  epochMs: number,
  zone: string,
  locale: string,
  part: NamePart,
  style: NameStyle,
  alone = false,
): string {
  const options: Intl.DateTimeFormatOptions = { ...common };
  if (part === 'dayPeriod') Object.assign(options, { hour: 'numeric', hour12: true });
  else Object.assign(options, { [part]: style });
  const besideDay = !alone && (part === 'month' || part === 'weekday');
  const format = dateFormat(locale, zone, besideDay ? { ...options, day: 'numeric' } : options);
  const name = partOf(format, epochMs, part);
  // Japanese months are numbers with a sign, which Intl takes for text between the parts
  return part === 'month' && /^\d+$/.test(name) ? dateFormat(locale, zone, options).format(epochMs) : name;
}

const fixedOffset = /^[+-]\d/;
const offsetName = /^(?:GMT|UTC)[+-]/;

/** The name of a time zone. A bare offset, `Z` included, is its own name. */
export function zoneName(
  epochMs: number,
  zone: string,
  locale: string,
  style: NonNullable<Intl.DateTimeFormatOptions['timeZoneName']>,
): string {
  if (zone === 'Z' || fixedOffset.test(zone)) return zone;
  const options: Intl.DateTimeFormatOptions = { ...common, timeZoneName: style };
  const name = partOf(dateFormat(locale, zone, options), epochMs, 'timeZoneName');
  if (!offsetName.test(name) || zone.startsWith('GMT') || zone.startsWith('UTC')) return name;
  // Java knows the short name of most zones in every locale; Intl has them only where people use them
  for (const other of zoneLocales) {
    const known = partOf(dateFormat(other, zone, options), epochMs, 'timeZoneName');
    if (!offsetName.test(known)) return known;
  }
  return name;
}

const zoneLocales: readonly string[] = ['en-GB', 'en-US', 'en-AU', 'en-IN', 'en-ZA', 'en-NZ', 'ja-JP'];

function partOf(format: Intl.DateTimeFormat, epochMs: number, part: NamePart | 'timeZoneName'): string {
  return format.formatToParts(epochMs).find((piece) => piece.type === part)?.value ?? '';
}

/** A date as its locale writes it. Narrow and no-break spaces become plain ones, as in Java. */
export function localDate(
  epochMs: number,
  zone: string,
  locale: string,
  styles: Pick<Intl.DateTimeFormatOptions, 'dateStyle' | 'timeStyle'>,
): string {
  const { timeStyle } = styles;
  const text = dateFormat(locale, zone, { ...common, ...styles })
    .formatToParts(epochMs)
    .map(({ type, value }) =>
      type === 'timeZoneName'
        ? zoneName(epochMs, zone, locale, timeStyle === 'full' ? 'long' : 'short')
        : value,
    )
    .join('');
  return text.replaceAll(/[\u202f\u00a0]/g, ' ');
}
