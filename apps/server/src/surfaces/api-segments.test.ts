import { segmentEndpoints } from '@laurel/contract';
import { describe, expect, it } from 'vitest';

import { setHolder } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { mount } from '../platform/http/mount.ts';
import { createHttpServer } from '../platform/http/server.ts';
import { newId } from '../platform/ids.ts';
import { testProfile } from '../segments/testing/evaluate-segment.ts';
import { storeProfiles } from '../segments/testing/store-profiles.ts';
import { testDatabase } from '../testing/test-database.ts';
import { testPlatform, testWorkspace } from '../testing/test-platform.ts';
import { saveWorkflow } from '../workflows/index.ts';
import { segmentHandlers } from './api-segments.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into answers of any shape
type Json = any;

/** The endpoints behind a port; the workspace that asks is named in a header. */
async function surface() {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const platform = testPlatform(database.db);
  const workspaceId = await testWorkspace(database.db);
  const app = await createHttpServer(platform.log);
  stack.defer(async () => await app.close());
  app.addHook('onRequest', async (request) => {
    const asks = String(request.headers['x-workspace']);
    setHolder(request, { kind: 'api-key', keyId: newId(), workspaceId: asks, workspaceGuid: newId() });
  });
  mount(app, segmentEndpoints, segmentHandlers(platform));
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const send = async (
    key: keyof typeof segmentEndpoints,
    more: { url?: string; body?: unknown; as?: string } = {},
  ) => {
    const [method = '', path = ''] = key.split(' ');
    const answer = await fetch(`${origin}${more.url ?? path}`, {
      method,
      headers: {
        'x-workspace': more.as ?? workspaceId,
        ...(more.body !== undefined && { 'content-type': 'application/json' }),
      },
      body: more.body === undefined ? null : JSON.stringify(more.body),
    });
    const json: Json = await answer.json();
    // An answer that does not fit the contract would be a fault of the handler.
    if (answer.ok) segmentEndpoints[key].response.parse(json);
    return { status: answer.status, json };
  };
  return {
    db: database.db,
    workspaceId,
    send,
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

const VIP = { all: [{ tag: 'vip' }, { attribute: 'city', operator: 'equal', value: 'London' }] };
const WORDS = 'has the tag "vip" and city is "London"';

describe('the endpoints of segments', () => {
  it('make, read, change, list and delete a segment', async () => {
    await using it = await surface();
    const made = await it.send('POST /api/segments', { body: { name: ' VIPs ', condition: VIP } });
    expect(made).toMatchObject({
      status: 200,
      json: { outcome: 'created', segment: { name: 'VIPs', description: WORDS } },
    });
    const { id, condition } = made.json.segment;
    const url = `/api/segments/${id}`;
    expect((await it.send('GET /api/segments/:segmentId', { url })).json).toEqual({
      segment: made.json.segment,
    });
    const again = await it.send('PUT /api/segments/:segmentId', { url, body: { name: 'VIPs', condition } });
    expect(again.json).toEqual({ outcome: 'unchanged', segment: made.json.segment });
    const changed = { name: 'All VIPs', condition: { tag: 'vip' } };
    expect((await it.send('PUT /api/segments/:segmentId', { url, body: changed })).json).toMatchObject({
      outcome: 'updated',
      segment: { id, name: 'All VIPs', description: 'has the tag "vip"' },
    });
    await it.send('POST /api/segments', { body: { name: 'A', condition: VIP } });
    expect((await it.send('GET /api/segments')).json).toMatchObject({
      segments: [{ name: 'A' }, { name: 'All VIPs' }],
    });
    expect((await it.send('DELETE /api/segments/:segmentId', { url })).json).toEqual({ outcome: 'deleted' });
    expect(await it.send('GET /api/segments/:segmentId', { url })).toMatchObject({
      status: 404,
      json: { code: 'segment-not-found' },
    });
  });

  it('name each field of a condition that is not valid', async () => {
    await using it = await surface();
    const body = {
      name: 'x',
      condition: { any: [{ tag: 'a' }, { attribute: 'b', operator: 'more', value: '1' }] },
    };
    const refusal = {
      status: 422,
      json: { code: 'condition-invalid', errors: [{ field: 'condition.any[1].value' }] },
    };
    expect(await it.send('POST /api/segments', { body })).toMatchObject(refusal);
    const preview = { body: { condition: body.condition } };
    expect(await it.send('POST /api/segments/preview', preview)).toMatchObject(refusal);
    const refusals: [object, string[]][] = [
      [{ nme: 'x' }, ['name', 'condition', 'nme']],
      [{ name: 'a\0', condition: VIP }, ['name']],
      [{ name: ' ', condition: VIP }, ['name']],
    ];
    for (const [wrong, fields] of refusals) {
      expect(await it.send('POST /api/segments', { body: wrong })).toMatchObject({
        status: 400,
        json: { code: 'invalid-request', errors: fields.map((field) => ({ field })) },
      });
    }
  });

  it('refuse a name that another segment has, and to delete one that is used', async () => {
    await using it = await surface();
    const first = await it.send('POST /api/segments', { body: { name: 'VIPs', condition: VIP } });
    expect(await it.send('POST /api/segments', { body: { name: 'VIPs', condition: VIP } })).toMatchObject({
      status: 409,
      json: { code: 'name-taken' },
    });
    const url = `/api/segments/${first.json.segment.id}`;
    const draft = (reference: string) => ({
      workspaceId: it.workspaceId,
      name: 'Issue',
      run: false,
      definition: {
        format: '2026-11-24',
        nodes: [
          {
            id: 'who',
            type: 'audience',
            title: 'Who',
            settings: { audience: { segment: reference } },
            outputs: { next: 'end' },
          },
          { id: 'end', type: 'end', title: 'End' },
        ],
      },
    });
    const saved = await inTransaction(it.db, async (tx) => await saveWorkflow(tx, new Date(), draft('VIPs')));
    expect(await it.send('DELETE /api/segments/:segmentId', { url })).toMatchObject({
      status: 409,
      json: { code: 'segment-in-use', title: expect.stringContaining('"Issue"') },
    });
    const id = 'workflow' in saved ? saved.workflow.id : undefined;
    await inTransaction(
      it.db,
      async (tx) =>
        await saveWorkflow(tx, new Date(), { ...draft('others'), ...(id !== undefined && { id }) }),
    );
    expect(await it.send('DELETE /api/segments/:segmentId', { url })).toMatchObject({ status: 200 });
  });

  it('preview a condition, and page through the profiles of a segment', async () => {
    await using it = await surface();
    const people = Array.from({ length: 7 }, (_, index) =>
      testProfile({ tags: index % 2 === 0 ? ['vip'] : [], attributes: { city: 'London' } }),
    );
    await storeProfiles(it.db, it.workspaceId, people);
    const vips = people.filter(({ tags }) => tags.length > 0).map(({ id }) => id);
    const preview = await it.send('POST /api/segments/preview', { body: { condition: VIP } });
    expect(preview.json).toMatchObject({ description: WORDS, count: 4, sample: vips.map((id) => ({ id })) });
    const made = await it.send('POST /api/segments', { body: { name: 'VIPs', condition: VIP } });
    const path = `/api/segments/${made.json.segment.id}/profiles`;
    const page = async (query: string) =>
      await it.send('GET /api/segments/:segmentId/profiles', { url: `${path}${query}` });
    const first = await page('?limit=3');
    expect(first.json).toMatchObject({ profiles: vips.slice(0, 3).map((id) => ({ id })), next: vips[2] });
    const last = await page(`?limit=3&after=${first.json.next}`);
    expect(last.json).toEqual({ profiles: [expect.objectContaining({ id: vips[3], tags: ['vip'] })] });
  });

  it("answer nothing about another workspace's segment", async () => {
    await using it = await surface();
    const made = await it.send('POST /api/segments', { body: { name: 'VIPs', condition: VIP } });
    const as = await testWorkspace(it.db);
    const url = `/api/segments/${made.json.segment.id}`;
    const missing = { status: 404, json: { code: 'segment-not-found' } };
    expect(await it.send('GET /api/segments/:segmentId', { url, as })).toMatchObject(missing);
    expect(
      await it.send('PUT /api/segments/:segmentId', { url, as, body: { name: 'x', condition: VIP } }),
    ).toMatchObject(missing);
    expect(await it.send('DELETE /api/segments/:segmentId', { url, as })).toMatchObject(missing);
    expect(
      await it.send('GET /api/segments/:segmentId/profiles', { url: `${url}/profiles`, as }),
    ).toMatchObject(missing);
    expect((await it.send('GET /api/segments', { as })).json).toEqual({ segments: [] });
    expect((await it.send('GET /api/segments/:segmentId', { url })).status).toBe(200);
  });
});
