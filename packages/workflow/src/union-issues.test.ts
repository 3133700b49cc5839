import { expect, it } from 'vitest';

import { parseDefinition } from './validate.ts';

/** What is said of a Profile Filter with these settings, by field. */
function saidOf(settings: object, type = 'profile-filter'): Record<string, string> {
  const outcome = parseDefinition({
    format: '2026-11-24',
    nodes: [{ id: 'f', type, title: 'Filter', settings, outputs: {} }],
  });
  if (outcome.kind === 'parsed') return {};
  return Object.fromEntries(
    outcome.issues.map(({ field = '', message }): [string, string] => [field, message]),
  );
}

it('says which fields there could be, where there is none of any member', () => {
  expect(saidOf({})).toEqual({ settings: 'must have filter or have split' });
  expect(saidOf({ segments: [] })).toEqual({ settings: 'must have filter or have split' });
  expect(saidOf({ filter: {} })).toEqual({ 'settings.filter': 'must have segment or have condition' });
});

it('says what is wrong with the member that is meant', () => {
  expect(saidOf({ split: [] })).toEqual({ 'settings.split': expect.stringMatching(/Too small/) });
  expect(saidOf({ split: [{ name: 'VIP', segment: 7 }] })).toEqual({
    'settings.split[0].segment': expect.stringMatching(/expected string/),
  });
  expect(saidOf({ filter: { condition: { attribute: 'email', operator: 'like', value: 'x' } } })).toEqual({
    'settings.filter.condition.operator': expect.stringMatching(/Expected 'equal'/),
  });
});

it('says which values there could be', () => {
  expect(saidOf({ audience: 'all' }, 'audience')).toEqual({
    'settings.audience': 'must be "everyone"',
  });
});
