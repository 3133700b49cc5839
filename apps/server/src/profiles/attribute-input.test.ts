import { describe, expect, it } from 'vitest';

import { readAttributes, readTags } from './attribute-input.ts';
import { NATIVE_FIELDS } from './native-fields.ts';
import { RESERVED_NAMES } from './reserved-names.ts';

const read = (source: Record<string, unknown>) => readAttributes(source, { fields: 'read', prefix: '' });

describe('a native field', () => {
  it.each([
    ['firstName', ' Ada ', 'Ada'],
    ['zipCode', 90_210, '90210'],
    ['address', '', ''],
    ['countryCode', 'gb', 'GB'],
    ['birthDate', '1900-01-02', '1900-01-02'],
    ['birthDate', '2000-02-29', '2000-02-29'],
    ['sex', 'female', 'FEMALE'],
    ['avatarUrl', 'https://example.org/ada.png', 'https://example.org/ada.png'],
    ['phone', '+44 (0)20 7946-0000', '+44 (0)20 7946-0000'],
    ['phone', 48_123_456_789, '48123456789'],
    ['agreements', { email: 'True', sms: 0, push: null, fax: 1 }, { email: true, sms: false }],
    ['firstName', null, null],
  ])('%s takes %j', (name, value, stored) => {
    expect(read({ [name]: value })).toEqual({ values: new Map([[name, stored]]), ignored: [], errors: [] });
  });

  it.each([
    ['firstName', ['Ada']],
    ['firstName', 'a'.repeat(256)],
    ['firstName', 'A\0'],
    ['firstName', '\uD800'],
    ['firstName', '\uFE0F'],
    ['countryCode', 'GBR'],
    ['birthDate', '1900-01-01'],
    ['birthDate', '1993-5-3'],
    ['birthDate', '2001-02-29'],
    ['birthDate', 19_930_503],
    ['sex', 'x'],
    ['avatarUrl', 'javascript:alert(1)'],
    ['avatarUrl', 'ada.png'],
    ['phone', '12345'],
    ['phone', 'call me'],
    ['agreements', { email: 'yes' }],
    ['agreements', true],
  ])('%s refuses %j', (name, value) => {
    expect(read({ [name]: value })).toMatchObject({ errors: [{ field: name, rejectedValue: value }] });
  });
});

describe('an attribute', () => {
  it('of any name and value is taken', () => {
    const source = { 'has dog': true, '': undefined, nested: { list: [1, null] }, gone: null, naïve: 'ü' };
    const { '': _, ...rest } = source;
    expect(read(source)).toEqual({ values: new Map(Object.entries(rest)), ignored: [], errors: [] });
  });

  it.each(['', ' ', 'a\nb', 'a\r', 'a\u2028b', 'a\u2029', 'soft\u00ADhyphen', 'a\0', 'a\uFE0F', '\uD800'])(
    'cannot be named %j',
    (name) => {
      expect(read({ [name]: 1 }).errors).toHaveLength(1);
    },
  );

  it('cannot be what the database does not hold', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 70; depth++) deep = [deep];
    for (const value of ['a\0', { 'a\0': 1 }, Number.POSITIVE_INFINITY, '\uDC00', deep]) {
      expect(read({ plan: value }).errors).toMatchObject([{ field: 'plan' }]);
    }
  });

  it('of a reserved name is left out and named, also where native fields are read', () => {
    for (const name of RESERVED_NAMES) {
      expect(readAttributes({ [name]: 1 }, { fields: 'ignore', prefix: '' })).toMatchObject({
        ignored: [name],
        errors: [],
      });
      expect(read({ [name]: null }).ignored).toEqual(
        NATIVE_FIELDS.some((field) => field === name) ? [] : [name],
      );
    }
  });
});

it('tags are non-empty strings, each once', () => {
  expect(readTags([' vip ', 'vip', 'new'], 'tags')).toEqual({ tags: ['vip', 'new'], errors: [] });
  expect(
    readTags(['', 1, 'a'.repeat(101), '\uFE0F', 'a\0'], 'tags').errors.map(({ field }) => field),
  ).toEqual(['tags[0]', 'tags[1]', 'tags[2]', 'tags[3]', 'tags[4]']);
  expect(readTags('vip', 'tags').errors).toHaveLength(1);
});
