import { describe, expect, it } from 'vitest';

import { counts, integrationSystem, receiver } from './testing/integration-system.ts';

describe('a request that does not succeed at once', () => {
  it('sends again what was answered with 503 or reached nobody, until it succeeds, with one key', async () => {
    let calls = 0;
    await using target = await receiver((_request, _body, response) => {
      calls++;
      if (calls === 1) response.writeHead(503, { 'retry-after': '1' }).end('busy');
      else if (calls === 2) response.writeHead(429).end();
      else response.writeHead(201).end('{"ok":true}');
    });
    await using it = await integrationSystem(target.origin, {
      more: { retry: { scheduleSeconds: [1, 1, 1] } },
    });
    await it.send({ name: 'Ada' });
    expect(await it.result()).toMatchObject({ status: 201 });
    expect(new Set(target.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(await it.totals()).toMatchObject({ send: counts(1, 1, 1, 0) });
    const attempts = await it.db.selectFrom('attempt').selectAll().orderBy('number').execute();
    expect(attempts).toMatchObject([
      {
        number: 1,
        outcome: 'answered',
        status: 503,
        response: 'busy',
        response_headers: { 'retry-after': '1' },
      },
      { number: 2, status: 429 },
      { number: 3, status: 201, timings: { totalMs: expect.any(Number) } },
    ]);
  });

  it('goes by the rule of success of its node, and keeps the parts of the answer that later nodes read', async () => {
    await using target = await receiver((_request, _body, response) =>
      response.end('{"state":"rejected","id":41,"list":[{"x":1}]}'),
    );
    await using it = await integrationSystem(target.origin, {
      more: {
        success: { condition: { parameter: 'state', operator: 'equal', value: 'accepted' } },
        responseMapping: [
          { name: 'number', path: 'id' },
          { name: 'x', path: 'list.0.x' },
          { name: 'none', path: 'a.b' },
        ],
      },
    });
    await it.send({ name: 'Ada' });
    expect(await it.result()).toMatchObject({ status: 200 });
    expect(await it.totals()).toMatchObject({ send: counts(1, 1, 0, 1) });
    const step = await it.db
      .selectFrom('run_step')
      .select(['state', 'mapped'])
      .where('node_id', '=', 'send')
      .executeTakeFirstOrThrow();
    expect(step).toEqual({ state: 'failed', mapped: { number: 41, x: 1, none: null } });
    const run = await it.db.selectFrom('run').select(['state', 'fingerprint']).executeTakeFirstOrThrow();
    expect(run).toMatchObject({
      state: 'finished',
      fingerprint: expect.stringMatching(/^Send: 200 .*rejected/),
    });
  });

  it('takes the credential that the issuer says it has already', async () => {
    await using target = await receiver((request, _body, response) => {
      if (request.method === 'GET')
        response.end('{"credentials":[{"id":5,"recipient":{"email":"ada@example.org"},"group_id":7}]}');
      else response.writeHead(422).end('{"errors":{"credential":["has already been taken."]}}');
    });
    await using it = await integrationSystem(`${target.origin}/v1/credentials`);
    await it.send({ name: 'Ada' });
    expect(await it.result()).toMatchObject({ status: 200, response: { credential: { id: 5 } } });
    expect(await it.totals()).toMatchObject({ send: counts(1, 1, 1, 0) });
  });
});
