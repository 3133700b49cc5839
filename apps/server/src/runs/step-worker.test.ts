import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';

import { counts, integrationSystem, receiver } from './testing/integration-system.ts';

describe('the step worker', () => {
  it('renders, sends, and writes the answer to the profile', async () => {
    await using target = await receiver((_request, _body, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        '{"credential":{"id":10000001,"group_id":7,"url":"https://example.org/c/1","recipient":{"email":"ada@example.org"}}}',
      );
    });
    await using it = await integrationSystem(`${target.origin}/v1/credentials`);
    await it.send({ name: 'Ada "A" Lovelace 👩‍💻 {{ x }} \\' });
    const result = await it.result();
    expect(result).toMatchObject({
      name: 'Accredible',
      status: 200,
      response: { credential: { id: 10_000_001 } },
    });
    expect(result['durationMs']).toBeGreaterThan(0);
    const [request] = target.requests;
    expect(JSON.parse(request!.body)).toEqual({
      credential: {
        recipient: { name: 'Ada "A" Lovelace 👩‍💻 {{ x }} \\', email: 'ada@example.org' },
        group_id: 7,
      },
    });
    expect(request!.headers).toMatchObject({
      authorization: 'Token token=k3y',
      'content-type': 'application/json',
    });
    expect(await it.totals()).toEqual({
      acquired: counts(1, 1, 1, 0),
      send: counts(1, 1, 1, 0),
      end: counts(1, 1, 1, 0),
    });
    const [attempt] = await it.db.selectFrom('attempt').selectAll().execute();
    expect(attempt).toMatchObject({
      outcome: 'answered',
      status: 200,
      headers: { authorization: '[secret]' },
    });
    const [issuance] = await it.db.selectFrom('issuance').selectAll().execute();
    expect(issuance).toMatchObject({
      credential_reference: '10000001',
      recipient_email: 'ada@example.org',
      group_reference: '7',
    });
  });

  it('counts an answer that is no success as executed and failed, and lets the path go on', async () => {
    await using target = await receiver((_request, _body, response) => {
      response.statusCode = 422;
      response.end('{"errors":"Invalid Group"}');
    });
    await using it = await integrationSystem(`${target.origin}/v1/credentials`);
    await it.send({ name: 'Ada' });
    expect(await it.result()).toMatchObject({ status: 422 });
    expect(await it.totals()).toMatchObject({ send: counts(1, 1, 0, 1), end: counts(1, 1, 1, 0) });
  });

  it('says status 0 and the error where nobody listens', async () => {
    await using it = await integrationSystem('http://127.0.0.1:9/v1/credentials', {
      more: { retry: { scheduleSeconds: [] } },
    });
    await it.send({ name: 'Ada' });
    expect(await it.result()).toMatchObject({ status: 0, error: expect.stringContaining('ECONNREFUSED') });
  });

  it('skips a step whose insert has no value, with the reason and without a request', async () => {
    await using target = await receiver((_request, _body, response) => response.end());
    await using it = await integrationSystem(`${target.origin}/v1/credentials`);
    await it.send({ name: 'Ada' }, { customId: 'no-email' });
    await vi.waitFor(async () => {
      const run = await it.db.selectFrom('run').select(['state', 'reason']).executeTakeFirstOrThrow();
      expect(run).toMatchObject({ state: 'skipped', reason: expect.stringContaining('email') });
    });
    expect(target.requests).toEqual([]);
    expect(await it.totals()).toMatchObject({ acquired: counts(1, 1, 1, 0), send: counts(1, 0, 0, 0, 1) });
    expect(await it.results()).toEqual([]);
  });

  it('fails a step whose template comes to no JSON, with the reason and without a request', async () => {
    await using target = await receiver((_request, _body, response) => response.end());
    await using it = await integrationSystem(`${target.origin}/v1/credentials`, {
      body: '{"a": {{ event.params.raw|safe }} }',
    });
    await it.send({ name: 'Ada', raw: '}{' });
    await vi.waitFor(async () => {
      const run = await it.db.selectFrom('run').select(['state', 'reason']).executeTakeFirstOrThrow();
      expect(run).toMatchObject({ state: 'failed', reason: expect.stringMatching(/^body: .*line 1/) });
    });
    expect(target.requests).toEqual([]);
    expect(await it.totals()).toMatchObject({ send: counts(1, 0, 0, 1) });
  });

  it('does not start a run for an event that the filter leaves out', async () => {
    await using target = await receiver((_request, _body, response) => response.end());
    await using it = await integrationSystem(`${target.origin}/v1/credentials`);
    await it.send({ name: 'Ada', passed: false });
    await it.send({ name: 'Ada', passed: true });
    await it.result();
    expect(await it.db.selectFrom('run').select('id').execute()).toHaveLength(1);
  });

  it('asks the issuer after a time-out, and takes the credential that it finds', async () => {
    await using target = await receiver((request, _body, response) => {
      // It issues and never answers; the look-up tells.
      if (request.method === 'GET')
        response.end('{"credentials":[{"id":5,"url":"https://example.org/c/5"}],"meta":{}}');
    });
    await using it = await integrationSystem(`${target.origin}/v1/credentials`, { timeoutMs: 300 });
    await it.send({ name: 'Ada' });
    expect(await it.result()).toMatchObject({ status: 200, response: { credential: { id: 5 } } });
    expect(target.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1/credentials',
      'GET /v1/all_credentials?group_id=7&email=ada%40example.org&page_size=20',
    ]);
    expect(target.requests[1]!.headers).toMatchObject({ authorization: 'Token token=k3y' });
    expect(await it.totals()).toMatchObject({ send: counts(1, 1, 1, 0) });
  });

  it('sends again after a time-out where the issuer has no such credential', async () => {
    let posts = 0;
    await using target = await receiver((request, _body, response) => {
      if (request.method === 'GET') response.end('{"credentials":[],"meta":{}}');
      else if (++posts === 2) response.end('{"credential":{"id":6}}');
    });
    await using it = await integrationSystem(`${target.origin}/v1/credentials`, { timeoutMs: 300 });
    await it.send({ name: 'Ada' });
    expect(await it.result()).toMatchObject({ status: 200, response: { credential: { id: 6 } } });
    const keys = target.requests
      .filter(({ method }) => method === 'POST')
      .map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it('does not send what it was held up with for longer than its step may be its own', async () => {
    await using target = await receiver((request, _body, response) => {
      response.end(request.method === 'GET' ? '{"credentials":[],"meta":{}}' : '{"credential":{"id":6}}');
    });
    let heldUpMs = 0;
    await using it = await integrationSystem(`${target.origin}/v1/credentials`, {
      platform: {
        clock: { now: () => new Date(Date.now() + heldUpMs) },
        checkpoint: (place) => {
          if (place === 'step: after the intent is committed') heldUpMs = 20_000;
        },
      },
    });
    await it.send({ name: 'Ada' });
    await vi.waitFor(async () =>
      expect(await it.db.selectFrom('attempt').select('outcome').execute()).toEqual([{ outcome: null }]),
    );
    // Its lease ends.
    await sql`update jobs.job set heartbeat_on = now() - interval '1 minute' where state = 'active'`.execute(
      it.db,
    );
    expect(await it.result()).toMatchObject({ status: 200, response: { credential: { id: 6 } } });
    expect(target.requests.map(({ method }) => method)).toEqual(['GET', 'POST']);
    const attempts = await it.db.selectFrom('attempt').selectAll().orderBy('number').execute();
    expect(attempts).toMatchObject([
      { number: 1, outcome: 'unknown', error: expect.stringContaining('does not know of the request') },
      { number: 2, outcome: 'answered', error: null },
    ]);
  });

  it('does not send again to a receiver that cannot be asked', async () => {
    await using target = await receiver(() => undefined);
    await using it = await integrationSystem(`${target.origin}/hook`, { timeoutMs: 300 });
    await it.send({ name: 'Ada' });
    expect(await it.result()).toMatchObject({ status: 0, error: expect.stringContaining('not sent again') });
    expect(target.requests).toHaveLength(1);
  });

  it('keeps at most 64 KiB of an answer, and an answer with a NUL', async () => {
    await using target = await receiver((_request, _body, response) =>
      response.end(`\0${'x'.repeat(200_000)}`),
    );
    await using it = await integrationSystem(`${target.origin}/hook`);
    await it.send({ name: 'Ada' });
    const result = await it.result();
    expect(result['responseTruncated']).toBe(true);
    expect(String(result['response'])).toHaveLength(64 * 1024);
    expect(String(result['response']).startsWith('\uFFFDx')).toBe(true);
  });

  it('settles hundreds of steps, each once', async () => {
    await using target = await receiver((_request, body, response) => {
      const { email } = (JSON.parse(body) as { credential: { recipient: { email: string } } }).credential
        .recipient;
      response.end(JSON.stringify({ credential: { id: 1, recipient: { email } } }));
    });
    await using it = await integrationSystem(`${target.origin}/v1/credentials`);
    const people = Array.from({ length: 600 }, (_, index) => `p${index}@example.org`);
    await Promise.all(people.map(async (email) => await it.send({ name: 'Ada' }, { email })));
    await vi.waitFor(async () => expect(await it.results()).toHaveLength(600), 25_000);
    expect(target.requests).toHaveLength(600);
    const emails = target.requests.map(({ body }) => /"email":"([^"]+)"/.exec(body)?.[1]);
    expect(new Set(emails)).toEqual(new Set(people));
    expect(await it.totals()).toMatchObject({
      send: counts(600, 600, 600, 0),
      end: counts(600, 600, 600, 0),
    });
  });
});
