import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';

import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { listRuns } from './list-runs.ts';
import { readRun } from './read-run.ts';
import type { RunFilter } from './run-filter.ts';
import { receiver } from './testing/integration-system.ts';
import { END, runSystem, START } from './testing/run-system.ts';

type System = Awaited<ReturnType<typeof runSystem>>;

const note = (id: string, params: string) => ({
  id,
  type: 'generate-event',
  settings: { event: { name: `noted.${id}` }, params },
  outputs: { next: 'end' },
});
const wait = { mode: 'duration', duration: { amount: 2, unit: 'hours' } };

async function list(system: System, filter: RunFilter = {}, page: object = {}) {
  const { platform, tools, workspaceId } = system;
  const found = await listRuns(platform, tools.versions, { workspaceId, filter, limit: 50, ...page });
  if (found.kind === 'too-slow') throw new Error('too slow');
  return found.value;
}

/** One run that succeeds, one that is skipped, one that fails, one that waits: of four profiles. */
async function variety(system: System) {
  const [skipped, failed, waiting] = ['test.skip', 'test.fail', 'test.wait'].map((event) => ({
    ...START,
    settings: { event },
  }));
  await system.save([START, note('n1', '{}'), END]);
  await system.save([skipped!, note('n1', '{"x":"{% customer nickname %}"}'), END]);
  const failing = await system.save([failed!, note('n1', '[1]'), END]);
  const id = await system.save([
    waiting!,
    { id: 'n1', type: 'delay', title: 'Remind', settings: wait, outputs: { next: 'end' } },
    END,
  ]);
  await system.send('test.started', {}, 'ada@example.org');
  await system.ended(1);
  await system.send('test.skip', {}, 'skipped@example.org');
  await system.ended(2);
  await system.send('test.fail', {}, 'Failed@example.org');
  await system.ended(3);
  await system.send('test.wait', {}, 'waits@example.org');
  return { failing, waiting: id };
}

describe('the list of runs', () => {
  it('shows who, where and how long, newest first', async () => {
    await using system = await runSystem();
    const { failing, waiting } = await variety(system);
    const { runs, next } = await list(system);
    expect(next).toBeUndefined();
    expect(runs.map(({ profile, outcome, at }) => [profile.email, outcome, at?.nodeId, at?.state])).toEqual([
      ['waits@example.org', 'running', 'n1', 'waiting'],
      ['failed@example.org', 'failed', 'n1', 'failed'],
      ['skipped@example.org', 'skipped', 'n1', 'skipped'],
      ['ada@example.org', 'succeeded', 'end', 'succeeded'],
    ]);
    const [first, failed] = runs;
    expect(first).toMatchObject({ workflowId: waiting, workflowName: expect.stringMatching(/^Workflow/) });
    expect(first?.at).toMatchObject({ title: 'Remind', dueAt: expect.any(String) });
    expect(failed).toMatchObject({
      workflowId: failing,
      version: 1,
      test: false,
      fingerprint: expect.stringContaining('n1: '),
      reason: expect.stringContaining('JSON'),
    });
    expect(failed?.durationMs).toBeGreaterThan(0);
  });

  it.each([
    [{ outcome: 'succeeded' }, ['ada']],
    [{ outcome: 'failed' }, ['failed']],
    [{ outcome: 'skipped' }, ['skipped']],
    [{ outcome: 'cancelled' }, []],
    [{ state: 'running' }, ['waits']],
    [{ node: 'n1' }, ['waits', 'failed']],
    [{ node: 'end' }, []],
    [{ profile: 'ADA@example.org' }, ['ada']],
    [{ profile: 'nobody@example.org' }, []],
    [{ version: 2 }, []],
    [{ to: new Date(0).toISOString() }, []],
    [{ from: new Date(0).toISOString(), outcome: 'running' }, ['waits']],
    [{ test: true }, []],
    [{ replayed: true }, []],
    [{ replayOf: newId() }, []],
    [{ workflowId: newId() }, []],
  ] satisfies [RunFilter, string[]][])('leaves by %o those of %o', async (filter, expected) => {
    await using system = await runSystem();
    await variety(system);
    const { runs } = await list(system, filter);
    expect(runs.map(({ profile }) => profile.email?.split('@')[0])).toEqual(expected);
  });

  it('finds the runs of a failure, and of a profile by its id or number', async () => {
    await using system = await runSystem();
    await variety(system);
    const failed = (await list(system, { outcome: 'failed' })).runs[0]!;
    for (const filter of [
      { fingerprint: failed.fingerprint },
      { profile: failed.profileId },
      { profile: String(failed.profile.clientId) },
    ]) {
      expect((await list(system, filter)).runs.map(({ id }) => id)).toEqual([failed.id]);
    }
  });

  it('comes in pages that leave out and repeat nothing, however many runs started at once', async () => {
    await using system = await runSystem();
    await system.save([START, note('n1', '{}'), { ...END, settings: { stopOthers: false } }]);
    for (let count = 0; count < 9; count++) await system.send();
    await system.ended(9);
    await system.db
      .updateTable('run')
      .set({ started_at: new Date('2026-11-26T12:00:00Z') })
      .execute();
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await list(system, {}, { limit: 4, before });
      seen.push(...page.runs.map(({ id }) => id));
      before = page.next;
    } while (before !== undefined);
    expect(seen).toEqual((await system.runs()).map(({ id }) => id).toReversed());
  });

  it('says so when it takes too long', async () => {
    await using system = await runSystem();
    await variety(system);
    const { platform, tools, workspaceId, db } = system;
    await inTransaction(db, async (tx) => {
      await sql`lock table workflow in access exclusive mode`.execute(tx);
      const found = await listRuns(platform, tools.versions, { workspaceId, filter: {}, limit: 1 });
      expect(found).toEqual({ kind: 'too-slow' });
    });
  });

  it('has nothing of another workspace', async () => {
    await using system = await runSystem();
    const { failing } = await variety(system);
    const own = await list(system);
    const other = { ...system, workspaceId: await testWorkspace(system.db) };
    expect(await list(other)).toEqual({ runs: [], next: undefined });
    expect(await list(other, { workflowId: failing, profile: own.runs[0]!.profileId })).toEqual({
      runs: [],
      next: undefined,
    });
    for (const { id } of own.runs) {
      expect(await readRun(system.platform, system.tools.versions, other.workspaceId, id)).toBeUndefined();
    }
  });
});

describe('a run', () => {
  const read = async (system: System, id: string) => {
    const run = await readRun(system.platform, system.tools.versions, system.workspaceId, id);
    if (run === undefined) throw new Error('there is no such run');
    return run;
  };
  const request = (system: System, url: string, more: object = {}) => ({
    id: 'n1',
    type: 'outgoing-integration',
    title: 'Issue',
    settings: {
      connection: system.connectionId,
      webhookName: 'Issuer',
      webhookEvent: { name: 'issuer.answered' },
      url,
      headers: [{ name: 'x-api-key', value: 's3cr3t' }],
      body: '{}',
      ...more,
    },
    outputs: { next: 'end' },
  });

  it('shows steps, requests with their timings, the credential, and says what became of it', async () => {
    let count = 0;
    await using target = await receiver((_request, _body, response) => {
      response.statusCode = ++count === 1 ? 503 : 200;
      response.setHeader('x-request-id', `request ${count}`);
      response.setHeader('content-type', 'application/json');
      response.end('{"credential":{"id":7,"group_id":3,"url":"https://example.org/c/7"}}');
    });
    await using system = await runSystem();
    const settings = {
      retry: { scheduleSeconds: [1] },
      responseMapping: [{ name: 'credentialId', path: 'credential.id' }],
    };
    await system.save([START, request(system, `${target.origin}/?key=hidden`, settings), END]);
    await system.send('test.started', { x: 1 });
    const [ended] = await system.ended();
    const run = await read(system, ended!.id);
    expect(run.sentence).toMatch(/^Issued after 2 tries in \d+(?:\.\d s| ms)$/);
    expect(run.events).toEqual([
      { nodeId: 'start', title: 'start', event: { ...run.event, action: 'test.started', params: { x: 1 } } },
    ]);
    expect(run.steps.map(({ nodeId, state }) => [nodeId, state])).toEqual([
      ['start', 'succeeded'],
      ['n1', 'succeeded'],
      ['end', 'succeeded'],
    ]);
    const step = run.steps[1]!;
    expect(step).toMatchObject({ title: 'Issue', mapped: { credentialId: 7 } });
    expect(step.durationMs).toBeGreaterThanOrEqual(500);
    expect(step.queuedMs).toBeGreaterThanOrEqual(0);
    expect(step.attempts).toMatchObject([
      { number: 1, outcome: 'answered', status: 503 },
      {
        number: 2,
        outcome: 'answered',
        status: 200,
        responseHeaders: { 'x-request-id': 'request 2' },
        timings: { totalMs: expect.any(Number), firstByteMs: expect.any(Number) },
      },
    ]);
    expect(JSON.stringify(step.attempts)).not.toMatch(/s3cr3t|hidden/);
    expect(run.issuances).toMatchObject([{ state: 'issued', credentialReference: '7', groupReference: '3' }]);
    expect(run.replays).toEqual([]);
  });

  it('that failed on its way says where and why', async () => {
    await using target = await receiver((_request, _body, response) => {
      response.statusCode = 422;
      response.end('{"errors":"Invalid Group"}');
    });
    await using system = await runSystem();
    await system.save([START, request(system, target.origin), END]);
    await system.send();
    const [ended] = await system.ended();
    expect(await read(system, ended!.id)).toMatchObject({
      state: 'finished',
      outcome: 'failed',
      at: { nodeId: 'n1', state: 'failed' },
      sentence: 'Failed at "Issue": it was answered with 422; the path went on to its end',
    });
  });

  it('says until when it waits, by the time of the workspace', async () => {
    await using system = await runSystem();
    await system.db.updateTable('workspace').set({ time_zone: 'Europe/Berlin' }).execute();
    await system.save(
      [
        START,
        {
          id: 'n1',
          type: 'delay',
          title: 'Remind',
          settings: { mode: 'until', at: '2126-11-26T12:00:00Z' },
          outputs: { next: 'n2' },
        },
        { id: 'n2', type: 'merge-paths', outputs: { next: 'end' } },
        END,
      ],
      { settings: { pathCap: { amount: 50_000, unit: 'days' } } },
    );
    await system.send();
    const [run] = await system.runs();
    expect((await read(system, run!.id)).sentence).toBe(
      'Waits at "Remind" until 2126-11-26 13:00 (Europe/Berlin)',
    );
  });
});
