import { Dict } from '../values/dict.ts';
import type { Value } from '../values/value.ts';

class SnakeCaseDict extends Dict {
  override get(key: string): Value {
    const value = super.get(key);
    if (value !== null || !key.includes('_')) return value;
    return super.get(
      key.toLowerCase().replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    );
  }
}

/** A view of a dict in which `foo_bar` also finds `fooBar`. */
export function snakeCaseDict(dict: Dict): Dict {
  return new SnakeCaseDict(dict.asMap());
}
