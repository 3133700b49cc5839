import type { ZonedFields } from '../values/zoned-fields.ts';

/** How a locale counts weeks: when they begin (Sunday = 0) and how many days of a year its first week must have. */
interface WeekRules {
  readonly firstDay: number;
  readonly minimalDays: number;
}

/** Regions whose first week has at least four days (CLDR's week data); Intl does not tell. */
const fourDays: ReadonlySet<string> = new Set(
  (
    'AD AN AT AX BE BG CH CZ DE DK EE ES FI FJ FO FR GB GF GG GI GP GR HU IE IM IS IT JE LI LT LU MC MQ NL NO PL PT ' +
    'RE RU SE SJ SK SM VA'
  ).split(' '),
);

/** Java counts as in America where a locale names no region. */
const withoutRegion: WeekRules = { firstDay: 0, minimalDays: 1 };

/** TypeScript's library does not know the method yet, nor do all browsers. */
type LocaleWithWeeks = Intl.Locale & { getWeekInfo?(): { readonly firstDay: number } };

const kept = new Map<string, WeekRules>();
const maxKept = 50;

function weekRules(locale: string): WeekRules {
  const known = kept.get(locale);
  if (known !== undefined) return known;
  if (kept.size >= maxKept) kept.clear();
  const made = makeRules(locale);
  kept.set(locale, made);
  return made;
}

function makeRules(locale: string): WeekRules {
  try {
    const found: LocaleWithWeeks = new Intl.Locale(locale.replaceAll('_', '-'));
    if (found.region === undefined) return withoutRegion;
    const firstDay = (found.getWeekInfo?.().firstDay ?? 1) % 7;
    return { firstDay, minimalDays: fourDays.has(found.region) ? 4 : 1 };
  } catch {
    // RangeError is how Intl says that the name is no locale's
    return withoutRegion;
  }
}

const day = 86_400_000;

function utc(year: number, month: number, dayOfMonth: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, dayOfMonth);
  return date.getTime();
}

export function dayOfYear(at: ZonedFields): number {
  return Math.round((utc(at.year, at.month, at.day) - utc(at.year, 1, 1)) / day) + 1;
}

/** Days since November 17, 1858. */
export function modifiedJulianDay(at: ZonedFields): number {
  return Math.round(utc(at.year, at.month, at.day) / day) + 40_587;
}

/** 1 for the first day of the week of the locale. */
export function dayOfWeek(at: ZonedFields, locale: string): number {
  return ((at.weekday - weekRules(locale).firstDay + 7) % 7) + 1;
}

/** The week of `count` days since `start` was the first of a year or month: 0 where it belongs to the one before. */
function weekAfter(count: number, weekday: number, { minimalDays }: WeekRules): number {
  // the days of the first week that lie in the period
  const inFirst = 7 - ((((weekday - 1 - count) % 7) + 7) % 7);
  const first = inFirst >= minimalDays ? 1 : 0;
  return count < inFirst ? first : first + 1 + Math.floor((count - inFirst) / 7);
}

export function weekOfMonth(at: ZonedFields, locale: string): number {
  return weekAfter(at.day - 1, dayOfWeek(at, locale), weekRules(locale));
}

/** The week of the year and the year that it is counted to, which at the turn of the year may be another one. */
export function weekOfYear(
  at: ZonedFields,
  locale: string,
): { readonly week: number; readonly year: number } {
  const rules = weekRules(locale);
  const weekday = dayOfWeek(at, locale);
  const count = dayOfYear(at) - 1;
  const week = weekAfter(count, weekday, rules);
  if (week === 0) {
    const before = Math.round((utc(at.year, at.month, at.day) - utc(at.year - 1, 1, 1)) / day);
    return { week: weekAfter(before, weekday, rules), year: at.year - 1 };
  }
  const toNewYear = Math.round((utc(at.year + 1, 1, 1) - utc(at.year, at.month, at.day)) / day);
  const weekdayOfNewYear = ((weekday - 1 + toNewYear) % 7) + 1;
  const ofNextYear = toNewYear < weekdayOfNewYear && 8 - weekdayOfNewYear >= rules.minimalDays;
  return ofNextYear ? { week: 1, year: at.year + 1 } : { week, year: at.year };
}
