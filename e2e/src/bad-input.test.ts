import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { send } from './client.ts';
import type { Answer } from './client.ts';
import { startServerProcess, temporaryFolder } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import { field, logIn } from './use-case.ts';

describe('bad input gets one clear answer', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let hub: Record<string, string>;

  beforeAll(async () => {
    server = await startServerProcess({ dataDir: folder.path });
    hub = await logIn(server.origin);
  });
  afterAll(async () => {
    await server.stop();
    folder[Symbol.dispose]();
  });

  const custom = async (body: string, headers: Record<string, string> = {}): Promise<Answer> =>
    await send('POST', `${server.origin}/v4/events/custom`, {
      headers: { ...hub, 'content-type': 'application/json', ...headers },
      body,
    });
  const event = { label: 'x', action: 'a.b', client: { email: 'ada@example.org' } };

  /** The error of the compatible surface, without its timestamp. */
  const errorOf = (answer: Answer) => {
    const { timestamp, ...rest } = Object(answer.json()) as { timestamp: string };
    expect(new Date(timestamp).getTime()).toBeGreaterThan(0);
    return rest;
  };

  it('bad JSON', async () => {
    const answer = await custom('{"label":');
    expect(answer.status).toBe(400);
    expect(errorOf(answer)).toMatchObject({
      status: 400,
      path: '/v4/events/custom',
      message: expect.stringContaining('not JSON'),
    });
    expect((await custom('')).status).toBe(400);
  });

  it('a wrong content type', async () => {
    const answer = await custom('<a/>', { 'content-type': 'text/xml' });
    expect(errorOf(answer)).toMatchObject({
      status: 415,
      message: expect.stringContaining('application/json'),
    });
  });

  it('a missing, wrong or foreign token', async () => {
    for (const authorization of [
      '',
      'Bearer x',
      'Bearer a.b.c',
      'Basic eDp5',
      'Digest x',
      `Token ${hub['authorization']}`,
    ]) {
      const answer = await custom(JSON.stringify(event), { authorization });
      expect(errorOf(answer)).toMatchObject({ status: 401, error: 'Unauthorized' });
    }
    expect((await send('GET', `${server.origin}/api/workflows`)).status).toBe(401);
    expect(await send('GET', `${server.origin}/v1/all_credentials`)).toMatchObject({
      status: 401,
      text: 'HTTP Token: Access denied.\n',
    });
  });

  it('a wrong field, named', async () => {
    const answer = await custom(JSON.stringify({ ...event, action: 'no spaces', client: { email: 'x' } }));
    expect(errorOf(answer)).toMatchObject({
      status: 400,
      errors: [
        { field: 'action', rejectedValue: 'no spaces' },
        { field: 'client.email', rejectedValue: 'x' },
      ],
    });
  });

  it('an unknown client', async () => {
    const answer = await custom(JSON.stringify({ ...event, client: { id: 424_242 } }));
    expect(errorOf(answer)).toMatchObject({
      status: 400,
      errors: [{ field: 'client.id', rejectedValue: 424_242 }],
    });
    const timeline = await send('GET', `${server.origin}/v4/events/by-client/424242`, { headers: hub });
    expect(timeline.status).toBe(404);
  });

  it('a batch of 1,001 events, and a wrong event within a batch', async () => {
    const batch = async (events: unknown[]) =>
      await send('POST', `${server.origin}/v4/events/batch`, { headers: hub, json: events });
    expect(errorOf(await batch(Array.from({ length: 1_001 }, () => event)))).toMatchObject({
      status: 400,
      message: 'A batch holds at most 1000 events; this one has 1001.',
    });
    const wrong = { ...event, client: { email: 'batch@example.org' } };
    expect(errorOf(await batch([wrong, { ...wrong, label: '' }]))).toMatchObject({
      errors: [{ field: '[1].label' }],
    });
    const profile = await send('GET', `${server.origin}/v4/clients/by-email/batch@example.org`, {
      headers: hub,
    });
    expect(profile.status).toBe(404);
    expect((await batch(Array.from({ length: 1_000 }, () => event))).status).toBe(202);
    expect((await batch([])).status).toBe(202);
  });

  it('a body over 1 MB', async () => {
    const answer = await custom(JSON.stringify({ ...event, params: { x: 'x'.repeat(1024 * 1024) } }));
    expect(errorOf(answer)).toMatchObject({ status: 413 });
  });

  it('a name with emoji, quotes and braces is no fault', async () => {
    const answer = await custom(JSON.stringify({ ...event, params: { firstName: '👩‍💻 "A" {{ x }} }}' } }));
    expect(answer).toMatchObject({ status: 202, text: '' });
  });

  it('a template that does not compile', async () => {
    const workflow = {
      name: 'Broken',
      run: true,
      definition: {
        format: '2026-11-24',
        nodes: [
          { id: 'a', type: 'profile-event', title: 'A', settings: { event: 'a.b' }, outputs: { next: 'b' } },
          {
            id: 'b',
            type: 'outgoing-integration',
            title: 'B',
            settings: {
              connection: 'none',
              webhookName: 'x',
              webhookEvent: {},
              url: 'https://example.org/',
              body: '{"a": "{{ event.params.x | nofilter }}",\n "b": "{% if %}"}',
            },
            outputs: { next: 'c' },
          },
          { id: 'c', type: 'end', title: 'C' },
        ],
      },
    };
    const answer = await send('POST', `${server.origin}/api/workflows`, { headers: hub, json: workflow });
    expect(answer.status).toBe(422);
    const errors = field(answer.json(), 'errors');
    expect(errors).toEqual(
      expect.arrayContaining([
        { field: 'b settings.connection', message: expect.any(String) },
        { field: 'b settings.body', message: expect.any(String) },
      ]),
    );
    expect((await send('GET', `${server.origin}/api/workflows`, { headers: hub })).json()).toEqual({
      workflows: [],
    });
  });

  it('an unknown field in a request to the console API', async () => {
    const answer = await send('POST', `${server.origin}/api/workflows`, {
      headers: hub,
      json: { name: 'x', definition: {}, colour: 1 },
    });
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.json()).toMatchObject({
      code: 'invalid-request',
      errors: [{ field: 'colour', message: 'is not a known field' }],
    });
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('the same Idempotency-Key for another request', async () => {
    const headers = { 'idempotency-key': 'k' };
    expect((await custom(JSON.stringify(event), headers)).status).toBe(202);
    expect((await custom(JSON.stringify({ ...event, params: { a: 1 } }), headers)).status).toBe(409);
  });
});
