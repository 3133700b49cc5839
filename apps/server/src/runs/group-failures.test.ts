import { replaySchema } from '@laurel/contract';
import { describe, expect, it } from 'vitest';

import { newId } from '../platform/ids.ts';
import { testWorkspace } from '../testing/test-platform.ts';
import { groupFailures } from './group-failures.ts';
import { replayRuns } from './replay-runs.ts';
import { receiver } from './testing/integration-system.ts';
import { END, runSystem, START } from './testing/run-system.ts';

describe('the failures of a workspace', () => {
  it('are grouped by what they have in common, with how often, when, where and an example', async () => {
    await using target = await receiver((_request, body, response) => {
      response.statusCode = 422;
      response.end(
        body.includes('anna') ? '{"errors":"Invalid Group"}' : '{"errors":"ada@example.org is no e-mail"}',
      );
    });
    await using system = await runSystem();
    const request = {
      id: 'n1',
      type: 'outgoing-integration',
      title: 'Issue',
      settings: {
        connection: system.connectionId,
        webhookName: 'Issuer',
        webhookEvent: { name: 'issuer.answered' },
        url: target.origin,
        body: '{"name":"{% customer email %}"}',
      },
      outputs: { next: 'end' },
    };
    const id = await system.save([START, request, END]);
    const other = await system.save([
      { ...START, settings: { event: 'test.other' } },
      {
        id: 'n1',
        type: 'generate-event',
        settings: { event: { name: 'a.b' }, params: '[]' },
        outputs: { next: 'end' },
      },
      END,
    ]);
    for (const email of ['ada@example.org', 'grace@example.org', 'anna@example.org'])
      await system.send('test.started', {}, email);
    await system.ended(3);
    await system.send('test.other');
    await system.ended(4);
    const { db, tools, workspaceId, platform } = system;
    const failures = async (query: object = {}, workspace = workspaceId) => {
      const found = await groupFailures(db, tools.versions, { workspaceId: workspace, ...query });
      if (found.kind === 'too-slow') throw new Error('too slow');
      return found.value;
    };
    const runs = await system.runs();
    const all = await failures();
    expect(all).toMatchObject([
      {
        workflowId: other,
        fingerprint: expect.stringMatching(/^n1: params/),
        count: 1,
        sampleRunId: runs[3]!.id,
        nodes: [{ nodeId: 'n1', title: 'n1' }],
      },
      { workflowId: id, fingerprint: 'Issue: 422 {"errors":"Invalid Group"}', count: 1 },
      {
        workflowId: id,
        fingerprint: 'Issue: 422 {"errors":"… is no e-mail"}',
        count: 2,
        replayed: 0,
        firstAt: runs[0]!.started_at.toISOString(),
        lastAt: runs[1]!.started_at.toISOString(),
        nodes: [{ nodeId: 'n1', title: 'Issue' }],
        sampleRunId: runs[1]!.id,
      },
    ]);
    expect(await failures({ workflowId: id })).toEqual(all.slice(1));
    expect(await failures({ from: runs[2]!.started_at })).toEqual(all.slice(0, 2));
    expect(await failures({ to: runs[2]!.started_at })).toEqual(all.slice(2));
    expect(await failures({}, await testWorkspace(db))).toEqual([]);

    const { fingerprint } = all[2]!;
    const body = { filter: { workflowId: id, fingerprint }, dryRun: false, requestId: newId() };
    await replayRuns(platform, tools, workspaceId, replaySchema.parse(body));
    await system.ended(6);
    expect((await failures()).find((group) => group.fingerprint === fingerprint)).toMatchObject({
      count: 4,
      replayed: 2,
    });
  });
});
