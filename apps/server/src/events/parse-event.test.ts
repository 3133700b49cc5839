import { describe, expect, it } from 'vitest';

import { parseEvent } from './parse-event.ts';

const NOON = new Date('2026-11-24T12:00:00Z');
const good = { label: 'x', action: 'a.b', client: { email: 'ada@example.org' } };

function fieldsOf(body: unknown): string[] {
  const parsed = parseEvent(body, NOON);
  return parsed.kind === 'invalid' ? parsed.errors.map(({ field }) => field) : [];
}

function accepted(body: unknown) {
  const parsed = parseEvent(body, NOON);
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.errors));
  return parsed.event;
}

describe('an event', () => {
  it('needs no more than label, action and client', () => {
    expect(accepted(good)).toEqual({
      client: { email: 'ada@example.org' },
      action: 'a.b',
      time: NOON,
      claimedTime: NOON,
      params: {},
      salt: undefined,
    });
  });

  it.each([
    [null, ['body']],
    [[], ['body']],
    [{}, ['label', 'action', 'client']],
    [{ ...good, label: '' }, ['label']],
    [{ ...good, action: 'a b' }, ['action']],
    [{ ...good, action: 'a'.repeat(33) }, ['action']],
    [{ ...good, client: {} }, ['client']],
    [{ ...good, client: 'ada@example.org' }, ['client']],
    [{ ...good, client: { email: 'ada' } }, ['client.email']],
    [{ ...good, client: { email: 5 } }, ['client.email']],
    [{ ...good, client: { id: '5' } }, ['client.id']],
    [{ ...good, client: { customId: 'a\u2028b' } }, ['client.customId']],
    [{ ...good, client: { customId: 'a😀' } }, ['client.customId']],
    [{ ...good, client: { uuid: ' ' } }, ['client.uuid']],
    [{ ...good, params: [] }, ['params']],
    [{ ...good, params: { a: 'x\0' } }, ['params.a']],
    [{ ...good, params: { a: [{ b: '\uD800' }] } }, ['params.a[0].b']],
    [{ ...good, params: { ['x\0']: 1 } }, ['params.x\0']],
    [{ ...good, params: { email: 'other@example.org' } }, ['params.email']],
    [{ ...good, time: 'yesterday' }, ['time']],
    [{ ...good, time: 1_700_000_000 }, ['time']],
    [{ ...good, eventSalt: 5 }, ['eventSalt']],
    [{ ...good, eventSalt: 'a\0' }, ['eventSalt']],
  ])('%j is refused for %j', (body, fields) => {
    expect(fieldsOf(body)).toEqual(fields);
  });

  it('keeps names with emoji, quotes and braces as they are', () => {
    const params = { firstName: 'Ada 👩‍💻 "A"', lastName: '{{ x }} }} \\ \n', email: 'ADA@example.org' };
    expect(accepted({ ...good, params }).params).toEqual(params);
  });

  it('drops the reserved parameters', () => {
    const params = { modifiedBy: 1, apiKey: 1, eventUUID: 1, ip: 1, time: 1, businessProfileId: 1, mine: 1 };
    expect(accepted({ ...good, params }).params).toEqual({ mine: 1 });
  });

  it('honours the offset of a time', () => {
    expect(accepted({ ...good, time: '2026-11-24T10:00:00.5+02:00' }).time.toISOString()).toBe(
      '2026-11-24T08:00:00.500Z',
    );
  });

  it('replaces a future time by the time of receipt and keeps the original', () => {
    const event = accepted({ ...good, time: '2027-01-01T00:00:00Z' });
    expect(event.time).toEqual(NOON);
    expect(event.claimedTime.toISOString()).toBe('2027-01-01T00:00:00.000Z');
    expect(event.params).toEqual({ 'snr-original-time': '2027-01-01T00:00:00.000Z' });
  });

  it('leads the names of fields with the place in a batch', () => {
    const parsed = parseEvent({ ...good, label: 5 }, NOON, '[7].');
    expect(parsed).toMatchObject({ kind: 'invalid', errors: [{ field: '[7].label' }] });
  });
});
