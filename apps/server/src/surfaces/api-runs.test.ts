import { describe, expect, it, vi } from 'vitest';

import { startApp } from '../app.ts';
import { readConfig } from '../platform/config.ts';
import { newId } from '../platform/ids.ts';
import { createLog } from '../platform/log.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testWorkspace } from '../testing/test-platform.ts';

const API_KEY = 'api-key-of-the-test-0123456789';
const WORKSPACE_GUID = '7f5a2c51-6d0c-4f0e-9d6e-0f6c1b5f3a01';
const AUTHORIZATION = `Bearer ${API_KEY}`;
const WAIT = { timeout: 10_000, interval: 30 };

interface RunBody {
  readonly id: string;
  readonly state: string;
  readonly profile: { readonly email?: string };
  readonly fingerprint?: string;
}

interface Body {
  readonly runs?: readonly RunBody[];
  readonly failures?: readonly { readonly fingerprint: string; readonly workflowId: string }[];
  readonly next?: string;
  readonly workflow?: { readonly id: string };
  readonly [field: string]: unknown;
}

/** The whole server, with two workflows: one that fails, one that waits. */
async function server() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const config = readConfig({ PORT: '0', LAUREL_API_KEY: API_KEY, LAUREL_WORKSPACE_GUID: WORKSPACE_GUID });
  if (config.kind === 'invalid') throw new Error(config.problems.join());
  const outcome = await startApp({
    config: config.config,
    connectionString: database.connectionString,
    masterKey: 'a master key for tests, long enough',
    log: createLog('fatal'),
  });
  if (outcome.kind === 'refused') throw new Error(outcome.message);
  const { app } = outcome;
  stack.defer(async () => await app.stop());
  const call = async (method: string, path: string, json?: object, authorization = AUTHORIZATION) => {
    const response = await fetch(`${app.origin}${path}`, {
      method,
      headers: { authorization, ...(json && { 'content-type': 'application/json' }) },
      ...(json && { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  };
  const save = async (name: string, event: string, node: object) => {
    const { status, body } = await call('POST', '/api/workflows', {
      name,
      run: true,
      definition: {
        format: '2026-11-24',
        nodes: [
          {
            id: 'start',
            type: 'profile-event',
            title: 'Start',
            settings: { event },
            outputs: { next: 'n1' },
          },
          { id: 'n1', title: 'Do', outputs: { next: 'end' }, ...node },
          { id: 'end', type: 'end', title: 'End', settings: { stopOthers: false } },
        ],
      },
    });
    if (status !== 200 || body.workflow === undefined) throw new Error(JSON.stringify(body));
    return body.workflow.id;
  };
  const failing = await save('Failing', 'test.fail', {
    type: 'generate-event',
    settings: { event: { name: 'a.b' }, params: '[]' },
  });
  const waiting = await save('Waiting', 'test.wait', {
    type: 'delay',
    settings: { mode: 'duration', duration: { amount: 1, unit: 'hours' } },
  });
  const send = async (action: string, email = 'ada@example.org') => {
    const sent = await call('POST', '/v4/events/custom', {
      action,
      label: action,
      client: { email },
      params: {},
    });
    if (sent.status !== 202) throw new Error(JSON.stringify(sent));
  };
  const runs = async (query = '') => (await call('GET', `/api/runs${query}`)).body.runs ?? [];
  return {
    db: database.db,
    app,
    call,
    send,
    runs,
    failing,
    waiting,
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

describe('/api/runs', () => {
  it('lists, shows, cancels, groups, repeats and tries out', async () => {
    await using it = await server();
    await it.send('test.fail');
    await it.send('test.wait', 'grace@example.org');
    await vi.waitFor(async () => expect(await it.runs('?outcome=failed')).toHaveLength(1), WAIT);
    expect((await it.runs()).map(({ profile, state }) => [profile.email, state])).toEqual([
      ['grace@example.org', 'running'],
      ['ada@example.org', 'failed'],
    ]);
    const first = await it.call('GET', '/api/runs?limit=1');
    const second = await it.call('GET', `/api/runs?limit=1&before=${first.body.next}`);
    expect([...(first.body.runs ?? []), ...(second.body.runs ?? [])]).toMatchObject(
      (await it.runs()).map(({ id }) => ({ id })),
    );
    expect(second.body.next).toBeUndefined();
    const ofWaiting = await it.call('GET', `/api/workflows/${it.waiting}/runs?profile=grace@example.org`);
    const [waits] = ofWaiting.body.runs!;
    expect(await it.call('GET', `/api/runs/${waits!.id}`)).toMatchObject({
      status: 200,
      body: { sentence: expect.stringMatching(/^Waits at "Do" until /), workflowName: 'Waiting' },
    });
    const cancel = `/api/runs/${waits!.id}/cancel`;
    expect(await it.call('POST', cancel, { reason: 'moved away' })).toEqual({
      status: 200,
      body: { outcome: 'cancelled' },
    });
    expect(await it.call('POST', cancel, {})).toMatchObject({ status: 409, body: { code: 'run-ended' } });
    expect(await it.runs('?outcome=cancelled')).toMatchObject([{ id: waits!.id, reason: 'moved away' }]);

    const { body: grouped } = await it.call('GET', `/api/failures?workflowId=${it.failing}`);
    const [group] = grouped.failures!;
    const replay = {
      filter: { workflowId: group!.workflowId, fingerprint: group!.fingerprint, replayed: false },
    };
    expect(await it.call('POST', '/api/runs/replay', replay)).toEqual({
      status: 200,
      body: { started: 1, refused: [], more: false },
    });
    const real = { ...replay, dryRun: false, requestId: newId() };
    expect(await it.call('POST', '/api/runs/replay', real)).toMatchObject({ body: { started: 1 } });
    expect(await it.call('POST', '/api/runs/replay', real)).toMatchObject({ body: { started: 1 } });
    expect(await it.call('POST', '/api/runs/replay', { ...real, version: 'newest' })).toMatchObject({
      status: 409,
      body: { code: 'request-id-reused' },
    });
    await vi.waitFor(async () => expect(await it.runs('?state=failed')).toHaveLength(2), WAIT);
    expect(await it.runs('?replayed=true')).toHaveLength(1);

    const tried = await it.call('POST', `/api/workflows/${it.failing}/test`, {
      event: { action: 'test.fail' },
      profile: { attributes: {} },
    });
    expect(tried).toMatchObject({
      status: 200,
      body: { result: { state: 'failed', reason: expect.stringContaining('params') } },
    });
    expect(await it.runs()).toHaveLength(3);
  });

  it('shows and touches nothing of another workspace', async () => {
    await using it = await server();
    await it.send('test.wait');
    await it.send('test.fail');
    await vi.waitFor(async () => expect(await it.runs('?state=failed')).toHaveLength(1), WAIT);
    const own = await it.runs();
    const other = await testWorkspace(it.db);
    for (const table of ['run', 'run_step', 'workflow', 'workflow_version', 'profile'] as const)
      await it.db.updateTable(table).set({ workspace_id: other }).execute();
    const before = await it.db.selectFrom('run').selectAll().orderBy('id').execute();
    const missing = { status: 404, body: { code: 'run-not-found' } };
    for (const { id } of own) {
      expect(await it.call('GET', `/api/runs/${id}`)).toMatchObject(missing);
      expect(await it.call('POST', `/api/runs/${id}/cancel`, {})).toMatchObject(missing);
    }
    expect(await it.runs()).toEqual([]);
    expect(await it.runs(`?workflowId=${it.failing}`)).toEqual([]);
    expect((await it.call('GET', '/api/failures')).body).toEqual({ failures: [] });
    const noWorkflow = { status: 404, body: { code: 'workflow-not-found' } };
    expect(await it.call('GET', `/api/workflows/${it.failing}/runs`)).toMatchObject(noWorkflow);
    const test = { event: { action: 'test.fail' }, profile: { attributes: {} } };
    expect(await it.call('POST', `/api/workflows/${it.failing}/test`, test)).toMatchObject(noWorkflow);
    const runIds = own.map(({ id }) => id);
    const replay = { runIds, dryRun: false, requestId: newId() };
    expect(await it.call('POST', '/api/runs/replay', replay)).toMatchObject({
      status: 200,
      body: { started: 0, refused: [{ count: 2 }] },
    });
    expect(await it.db.selectFrom('run').selectAll().orderBy('id').execute()).toEqual(before);
  });

  it('is not for those who have no key, names the field of a wrong question, and is documented', async () => {
    await using it = await server();
    for (const [method, path] of [
      ['GET', '/api/runs'],
      ['GET', `/api/runs/${newId()}`],
      ['POST', `/api/runs/${newId()}/cancel`],
      ['POST', '/api/runs/replay'],
      ['GET', '/api/failures'],
      ['POST', `/api/workflows/${it.failing}/test`],
    ] as const) {
      expect((await it.call(method, path, method === 'POST' ? {} : undefined, '')).status).toBe(401);
    }
    expect(await it.call('GET', '/api/runs?state=lost&before=1&limit=0&replayed=maybe')).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'state' }, { field: 'replayed' }, { field: 'limit' }, { field: 'before' }] },
    });
    for (const query of ['profile=%00', 'node=%00', 'fingerprint=%00', `before=1_${'-'.repeat(36)}`])
      expect((await it.call('GET', `/api/runs?${query}`)).status).toBe(400);
    expect((await it.call('GET', '/api/runs?from=0000-01-01T00:00:00Z')).status).toBe(200);
    expect(await it.call('POST', `/api/runs/${newId()}/cancel`, { reason: '\0' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'reason' }] },
    });
    expect(await it.call('POST', '/api/runs/replay', { runIds: [newId()], dryRun: false })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'requestId' }] },
    });
    const { body } = await it.call('GET', '/api/openapi.json');
    expect(body['paths']).toMatchObject({
      '/api/runs': {
        get: { parameters: expect.arrayContaining([expect.objectContaining({ name: 'replayed' })]) },
      },
      '/api/runs/replay': { post: {} },
      '/api/failures': { get: {} },
      '/api/workflows/{workflowId}/test': { post: {} },
    });
  });
});
