import { describe, expect, it, vi } from 'vitest';

import { newId } from '../platform/ids.ts';
import { counts, integrationSystem, receiver } from './testing/integration-system.ts';

/** An issuer outside that takes all, and a node that issues at it by the ledger. */
async function issuing(
  issuance: object,
  answer = (_call: number): [number, string] => [200, '{"credential":{"id":5,"group_id":7}}'],
) {
  const stack = new AsyncDisposableStack();
  let calls = 0;
  const target = stack.use(
    await receiver((_request, _body, response) => {
      const [status, body] = answer(++calls);
      response.writeHead(status).end(body);
    }),
  );
  const system = stack.use(
    await integrationSystem(`${target.origin}/issue`, {
      body: '{}',
      more: { issuance, retry: { scheduleSeconds: [1] } },
    }),
  );
  const ledger = async () =>
    await system.db.selectFrom('issuance').selectAll().orderBy('occurrence').orderBy('state').execute();
  const executed = async (expected: object) =>
    await vi.waitFor(async () => expect((await system.totals())['send']).toEqual(expected), 25_000);
  return {
    ...system,
    target,
    ledger,
    executed,
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

describe('a request that issues a credential for a pass', () => {
  it('is sent once, however often the pass is reported at once', async () => {
    await using it = await issuing({ certification: '{{ event.params.name }}' });
    await Promise.all(Array.from({ length: 12 }, async () => await it.send({ name: 'Level 1' })));
    await it.executed(counts(12, 1, 1, 0, 11));
    expect(it.target.requests).toHaveLength(1);
    expect(await it.ledger()).toMatchObject([
      {
        certification: 'Level 1',
        policy: 'skip',
        state: 'issued',
        occurrence: 1,
        credential_reference: '5',
      },
    ]);
    const skipped = it.db.selectFrom('run_step').select('reason').distinct().where('state', '=', 'skipped');
    expect(await skipped.execute()).toEqual([{ reason: 'this pass has its credential already: 5' }]);

    await it.send({ name: 'Level 2' });
    await it.executed(counts(13, 2, 2, 0, 11));
    await it.send({ name: 'Level 1' }, { email: 'other@example.org' });
    await it.executed(counts(14, 3, 3, 0, 11));
  });

  it.each(['update', 'reissue', 'renew'])('is sent for each pass by the policy %s', async (policy) => {
    await using it = await issuing({ certification: 'Level 1', policy });
    await it.send({});
    await it.executed(counts(1, 1, 1, 0));
    await it.send({});
    await it.executed(counts(2, 2, 2, 0));
    expect(await it.ledger()).toMatchObject([
      { occurrence: 1, policy, state: 'issued' },
      { occurrence: 2, policy, state: 'issued' },
    ]);
  });

  it('is sent again by its node while the pass is its own', async () => {
    await using it = await issuing({ certification: 'Level 1' }, (call) =>
      call === 1 ? [503, 'busy'] : [200, '{"credential":{"id":6}}'],
    );
    await it.send({});
    await it.executed(counts(1, 1, 1, 0));
    expect(it.target.requests).toHaveLength(2);
    expect(await it.ledger()).toMatchObject([{ state: 'issued', credential_reference: '6' }]);
  });

  it('gives the pass free where it failed, and counts one that tells of no credential', async () => {
    await using it = await issuing({ certification: 'Level 1' }, (call) => [call === 1 ? 400 : 200, 'text']);
    await it.send({});
    await it.executed(counts(1, 1, 0, 1));
    expect(await it.ledger()).toMatchObject([{ state: 'failed' }]);
    await it.send({});
    await it.executed(counts(2, 2, 1, 1));
    expect((await it.ledger()).map(({ state }) => state)).toEqual(['failed', 'issued']);
    await it.send({});
    await it.executed(counts(3, 2, 1, 1, 1));
  });

  it('takes a pass over whose step was left without a result', async () => {
    await using it = await issuing({ certification: 'Level 1' });
    await it.send({});
    await it.executed(counts(1, 1, 1, 0));
    await it.db
      .updateTable('issuance')
      .set({ state: 'pending', run_id: newId(), step_id: newId() })
      .execute();
    await it.send({});
    await it.executed(counts(2, 2, 2, 0));
    expect((await it.ledger()).map(({ state }) => state)).toEqual(['failed', 'issued']);
  });

  it('is skipped where its certification is empty', async () => {
    await using it = await issuing({ certification: '{{ event.params.level }}' });
    await it.send({});
    await it.executed(counts(1, 0, 0, 0, 1));
    expect(it.target.requests).toEqual([]);
  });
});
