import { float } from '../values/numbers.ts';
import type { Value } from '../values/value.ts';

/**
 * A number cut to single precision, which is what Jinjava's `float` makes, with the shortest digits that say it:
 * 123.4 and not 123.4000015258789.
 */
export function toSingle(value: number): Value {
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single;
  for (let digits = 1; digits <= 9; digits++) {
    const shorter = Number(single.toPrecision(digits));
    if (Math.fround(shorter) === single) return float(shorter);
  }
  return float(single);
}
