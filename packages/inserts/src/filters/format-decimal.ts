import { printDecimal, rescale } from '../values/decimal.ts';
import type { Decimal } from '../values/value.ts';
import { numberFormat } from './local-number.ts';

/** A decimal number as the people of a locale write it: grouped, at most `digits` behind the point, none of them 0 at the end. */
export function formatDecimal(value: Decimal, digits: number, locale: string): string {
  const most = Math.max(0, Math.min(digits, 100));
  const exact = printDecimal(rescale(value, Math.max(0, value.scale), 'half-up'));
  // Java groups from 1,000 on in every locale
  const format = numberFormat(locale, {
    maximumFractionDigits: most,
    roundingMode: 'halfEven',
    useGrouping: 'always',
  });
  return format.format(isNumeric(exact) ? exact : 0);
}

/** Intl takes a decimal text of any length without losing digits. */
function isNumeric(text: string): text is Intl.StringNumericLiteral {
  return /^-?\d+(?:\.\d+)?(?:E[+-]\d+)?$/.test(text);
}
