import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';

import { openDatabase } from '../../apps/server/src/platform/db/database.ts';
import { send, until } from './client.ts';
import { startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';
import { field, logIn } from './use-case.ts';

const MASTER_KEY = 'a master key of the tests, long enough';

const credential = (email: string) => ({ id: 1, group_id: 7, recipient: { email } });

function answer(response: ServerResponse, body: object): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

/** An issuer that keeps who got a credential how often, and that can be told not to answer for a while. */
async function stubIssuer() {
  const issued = new Map<string, number>();
  let open: (() => void) | undefined;
  let gate = Promise.resolve();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'GET') {
        const email = new URL(request.url ?? '', 'http://stub').searchParams.get('email') ?? '';
        answer(response, { credentials: issued.has(email) ? [credential(email)] : [], meta: {} });
        return;
      }
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      const email = String(field(field(field(body, 'credential'), 'recipient'), 'email'));
      issued.set(email, (issued.get(email) ?? 0) + 1);
      void gate.then(() => answer(response, { credential: credential(email) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    /** E-mail addresses with the number of credentials. */
    issued,
    origin: `http://127.0.0.1:${port}`,
    hold: () => {
      gate = new Promise((resolve) => (open = resolve));
    },
    release: () => open?.(),
    [Symbol.asyncDispose]: async () => {
      open?.();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Processes of Laurel on one database of their own. */
export async function fleet(server: string, dataDir: string) {
  const stack = new AsyncDisposableStack();
  const name = `fleet_${randomBytes(6).toString('hex')}`;
  const admin = openDatabase(server, { max: 1 });
  await admin.pool.query(`create database ${name}`);
  await admin.close();
  const url = new URL(server);
  url.pathname = `/${name}`;
  const database = stack.adopt(openDatabase(url.toString(), { max: 2 }), async (it) => await it.close());
  const issuer = stack.use(await stubIssuer());
  const start = async (roles: string): Promise<ServerProcess> =>
    stack.use(
      await startServerProcess({
        dataDir,
        env: {
          DATABASE_URL: url.toString(),
          LAUREL_ROLES: roles,
          LAUREL_MASTER_KEY: MASTER_KEY,
          LAUREL_EGRESS_ALLOW: '127.0.0.1',
          // A request whose outcome is unknown is followed up 5 s after its time-out.
          LAUREL_OUTGOING_TIMEOUT_SECONDS: '3',
        },
      }),
    );
  /** Rows of a statement, as numbers and texts. */
  const query = async (text: string): Promise<Record<string, unknown>[]> =>
    (await database.pool.query<Record<string, unknown>>(text)).rows;
  return { issuer, start, query, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
}

export type Fleet = Awaited<ReturnType<typeof fleet>>;

/** A workflow that has the stub issue a credential. */
export async function applyIssuing(api: ServerProcess, { issuer }: Fleet) {
  const hub = await logIn(api.origin);
  const documents = [
    { kind: 'EventDefinition', metadata: { name: 'test.passed' }, spec: {} },
    {
      kind: 'Connection',
      metadata: { name: 'Stub' },
      spec: { authentication: 'token', prefix: 'Token token=', token: 'k3y' },
    },
    {
      kind: 'Workflow',
      metadata: { name: 'Issue' },
      spec: {
        definition: {
          format: '2026-11-24',
          nodes: [
            {
              id: 'passed',
              type: 'profile-event',
              title: 'Passed',
              settings: { event: 'test.passed' },
              outputs: { next: 'issue' },
            },
            {
              id: 'issue',
              type: 'outgoing-integration',
              title: 'Issue',
              settings: {
                connection: 'Stub',
                webhookName: 'Accredible',
                webhookEvent: { name: 'accredible.userSent' },
                url: `${issuer.origin}/v1/credentials`,
                headers: [{ name: 'Content-Type', value: 'application/json' }],
                body: '{"credential":{"recipient":{"name":"Ada","email":"{% customer email %}"},"group_id":7}}',
              },
              outputs: { next: 'end' },
            },
            { id: 'end', type: 'end', title: 'End' },
          ],
        },
      },
    },
  ];
  const answer = await send('POST', `${api.origin}/api/apply`, { headers: hub, json: { documents } });
  if (answer.status !== 200) throw new Error(answer.text);
  return hub;
}

/** Sends the event of one person; throws where it is not accepted. */
export async function pass(api: ServerProcess, hub: Record<string, string>, email: string): Promise<void> {
  const json = { label: 'Passed', action: 'test.passed', client: { email }, params: {} };
  const { status, text } = await send('POST', `${api.origin}/v4/events/custom`, { headers: hub, json });
  if (status !== 202) throw new Error(`${status} ${text}`);
}

/** Waits until so many runs have finished, and answers how many milliseconds that took. */
export async function untilFinished({ query }: Fleet, count: number): Promise<number> {
  const start = performance.now();
  await until(async () => {
    const [row] = await query("select count(*) as finished from run where state = 'finished'");
    if (row?.['finished'] === count) return true;
    throw new Error(`${String(row?.['finished'])} of ${count} runs have finished`);
  });
  return performance.now() - start;
}

/** What the database says of the workflow in the end. */
export async function outcome({ query }: Fleet) {
  const [runs] = await query('select count(*) as runs from run');
  const [open] = await query('select count(*) as open from run_step where left_at is null');
  const [results] = await query(
    "select count(*) as events, count(distinct profile_id) as profiles from event where action = 'accredible.userSent'",
  );
  const counters = await query(`
    select node_id, sum(entered)::int as entered, sum(executed)::int as executed, sum(succeeded)::int as succeeded,
      sum(failed)::int as failed, sum(skipped)::int as skipped
    from node_minute group by node_id order by node_id`);
  return { ...runs, ...open, ...results, counters };
}

/** What it says where each of so many people passed once. */
export function eachOnce(count: number) {
  const all = { entered: count, executed: count, succeeded: count, failed: 0, skipped: 0 };
  return {
    runs: count,
    open: 0,
    events: count,
    profiles: count,
    counters: ['end', 'issue', 'passed'].map((nodeId) => ({ node_id: nodeId, ...all })),
  };
}
