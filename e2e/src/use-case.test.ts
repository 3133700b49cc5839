import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { send } from './client.ts';
import { startServerProcess, temporaryFolder } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import {
  acquired,
  counters,
  credentials,
  field,
  resultEvent,
  resultEvents,
  setUpUseCase,
} from './use-case.ts';
import type { UseCase } from './use-case.ts';

describe('the use case, over public HTTP only', () => {
  const folder = temporaryFolder();
  let server: ServerProcess;
  let useCase: UseCase;

  beforeAll(async () => {
    server = await startServerProcess({ dataDir: folder.path });
    useCase = await setUpUseCase(server.origin);
  });
  afterAll(async () => {
    await server.stop();
    folder[Symbol.dispose]();
  });

  const post = async () =>
    await send('POST', `${server.origin}/v4/events/custom`, {
      headers: { ...useCase.hub, 'idempotency-key': 'ada-1' },
      json: acquired(useCase),
    });

  it('issues a credential: result event with status 200, and 1/1 on every node', async () => {
    expect(await post()).toMatchObject({ status: 202, text: '' });
    const result = await resultEvent(server.origin, useCase.hub);
    expect(result).toMatchObject({ name: 'Accredible', status: 200, workflowId: useCase.workflowId });
    expect(await counters(server.origin, useCase)).toEqual({
      acquired: '1/1/1/0/0',
      issue: '1/1/1/0/0',
      end: '1/1/1/0/0',
    });
    const [credential, ...others] = await credentials(server.origin, useCase);
    expect(others).toEqual([]);
    expect(credential).toMatchObject({
      group_id: useCase.groupId,
      recipient: { name: 'Ada Lovelace', email: 'ada@example.org' },
    });
  });

  it('shows the credential on a page that anyone can open, with a signed document', async () => {
    const result = await resultEvent(server.origin, useCase.hub);
    const url = String(field(field(field(result, 'response'), 'credential'), 'url'));
    const page = await send('GET', url);
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.text).toContain('Ada Lovelace');
    const document = await send('GET', `${url}.json`);
    expect(document.json()).toMatchObject({
      proof: [{ type: 'DataIntegrityProof', cryptosuite: 'eddsa-rdfc-2022' }],
    });
  });

  it('issues nothing twice when the same event comes again', async () => {
    expect(await post()).toMatchObject({ status: 202, headers: { 'idempotent-replayed': 'true' } });
    const again = await send('POST', `${server.origin}/v4/events/custom`, {
      headers: { ...useCase.hub },
      json: acquired(useCase),
    });
    expect(again.status).toBe(202);
    // A later event of somebody else shows that what came before it was worked off.
    const other = { ...acquired(useCase), client: { email: 'later@example.org' } };
    await send('POST', `${server.origin}/v4/events/custom`, { headers: { ...useCase.hub }, json: other });
    expect(await resultEvent(server.origin, useCase.hub, 'later@example.org')).toMatchObject({ status: 200 });
    expect(await resultEvents(server.origin, useCase.hub)).toHaveLength(1);
    expect(await credentials(server.origin, useCase)).toHaveLength(2);
  });

  it('runs the body exactly as the use case prints it, warns of its fault, and shows what it comes to', async () => {
    using other = temporaryFolder();
    await using faulty = await startServerProcess({ dataDir: other.path });
    const it = await setUpUseCase(faulty.origin, { groupInRecipient: true });
    expect(it.notes).toContainEqual(expect.stringContaining('group_id belongs beside recipient'));
    await send('POST', `${faulty.origin}/v4/events/custom`, { headers: { ...it.hub }, json: acquired(it) });
    expect(await resultEvent(faulty.origin, it.hub)).toMatchObject({
      status: 422,
      response: { errors: 'Invalid Group' },
    });
    expect((await counters(faulty.origin, it))['issue']).toBe('1/1/0/1/0');
  });

  it('keeps a hostile name what it is: data', async () => {
    const firstName = 'A","admin":true,"x":"\\ \n 👩‍💻 {{ 7*7 }} }} <script>';
    const event = { ...acquired(useCase, { firstName }), client: { email: 'hostile@example.org' } };
    await send('POST', `${server.origin}/v4/events/custom`, { headers: { ...useCase.hub }, json: event });
    const result = await resultEvent(server.origin, useCase.hub, 'hostile@example.org');
    const credential = field(field(result, 'response'), 'credential');
    expect(field(field(credential, 'recipient'), 'name')).toBe(`${firstName} Lovelace`);
    const page = await send('GET', String(field(credential, 'url')));
    expect(page.text).not.toContain('<script>');
  });

  it('has a page where the console will be, and tells that it is ready', async () => {
    const page = await send('GET', `${server.origin}/`);
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Laurel is running') });
    expect((await send('GET', `${server.origin}/readyz`)).json()).toEqual({ status: 'ready' });
    expect((await send('GET', `${server.origin}/metrics`)).text).toContain('process_cpu_seconds_total');
    expect((await send('GET', `${server.origin}/api/openapi.json`)).json()).toMatchObject({
      openapi: '3.1.0',
    });
  });

  it('skips a pass of a certification that the catalog does not have, and says why', async () => {
    const event = {
      ...acquired(useCase, { certificationId: 'nowhere' }),
      client: { email: 'skipped@example.org' },
    };
    await send('POST', `${server.origin}/v4/events/custom`, { headers: { ...useCase.hub }, json: event });
    const skipped = await send('GET', `${server.origin}/api/workflows/${useCase.workflowId}/runs`, {
      headers: { ...useCase.hub },
    });
    await expect
      .poll(
        async () =>
          (
            await send('GET', `${server.origin}/api/workflows/${useCase.workflowId}/runs`, {
              headers: { ...useCase.hub },
            })
          ).text,
        { timeout: 20_000 },
      )
      .toContain('"state":"skipped"');
    expect(skipped.status).toBe(200);
    expect(await resultEvents(server.origin, useCase.hub, 'skipped@example.org')).toEqual([]);
  });
});
