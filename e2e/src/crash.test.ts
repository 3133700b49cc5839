import { describe, it } from 'vitest';

import { send } from './client.ts';
import { startServerProcess, temporaryFolder } from './server-process.ts';
import { acquired, counters, credentials, resultEvent, setUpUseCase } from './use-case.ts';

const PLACES = [
  'ingest: before the commit',
  'ingest: after the commit',
  'step: claimed',
  'step: before the intent is committed',
  'step: after the intent is committed',
  'issuer: before the commit',
  'issuer: after the commit',
  'step: answered',
  'step: before its result is committed',
  'step: after its result is committed',
];

describe('a server that is killed on the way from the event to the credential', () => {
  // At once: most of the time is the wait for the lease of the dead server's jobs.
  it.concurrent.for(PLACES)(
    '%s: one credential, and the counters are right',
    { timeout: 120_000 },
    async (crashAt, { expect }) => {
      using folder = temporaryFolder();
      const first = await startServerProcess({ dataDir: folder.path });
      const useCase = await setUpUseCase(first.origin);
      const port = Number(new URL(first.origin).port);
      expect(await first.stop()).toBe(0);

      // A request whose outcome is unknown is not sent again while it may still be under way.
      const env = { LAUREL_OUTGOING_TIMEOUT_SECONDS: '3' };
      const doomed = await startServerProcess({ dataDir: folder.path, port, crashAt, env });
      const headers = { ...useCase.hub, 'idempotency-key': 'ada-1' };
      const post = async (origin: string) =>
        await send('POST', `${origin}/v4/events/custom`, { headers, json: acquired(useCase) });
      const accepted = await post(doomed.origin).then(
        ({ status }) => status,
        () => 'no answer',
      );
      await doomed.ended();
      expect(doomed.process.signalCode).toBe('SIGKILL');
      expect(accepted).toBe(crashAt.startsWith('ingest') ? 'no answer' : 202);

      await using second = await startServerProcess({ dataDir: folder.path, port, env });
      // A sender that got no answer sends again; one that got 202 does not.
      const again = accepted === 202 ? 202 : (await post(second.origin)).status;
      expect(again).toBe(202);
      expect(await resultEvent(second.origin, useCase.hub)).toMatchObject({ status: 200 });
      expect(await credentials(second.origin, useCase)).toHaveLength(1);
      expect(await counters(second.origin, useCase)).toEqual({
        acquired: '1/1/1/0/0',
        issue: '1/1/1/0/0',
        end: '1/1/1/0/0',
      });
    },
  );
});
