import type { Database } from '../../platform/db/database.ts';
import { inTransaction } from '../../platform/db/transaction.ts';
import type { EgressPolicy } from '../../platform/egress/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { testDatabase } from '../../testing/test-database.ts';
import { allowing, testPlatform, testWorkspace } from '../../testing/test-platform.ts';
import { putConnection } from '../change-connection.ts';
import type { ConnectionSpecInput } from '../change-connection.ts';
import type { OpenConnection } from '../connection.ts';
import { Delivery } from '../delivery.ts';
import type { OutgoingRequest } from '../send-outcome.ts';

export interface DeliverySystem extends AsyncDisposable {
  readonly db: Database;
  readonly platform: Platform;
  readonly workspaceId: string;
  readonly delivery: Delivery;
  /** Another process's delivery on the same database. */
  another(platform?: Platform): Delivery;
  /** Makes or changes a connection, and opens it. */
  connect(spec: ConnectionSpecInput, name?: string): Promise<OpenConnection>;
  open(id: string, by?: Delivery): Promise<OpenConnection>;
}

export interface SystemOptions {
  readonly timeoutMs?: number;
  readonly policy?: EgressPolicy;
  readonly platform?: (platform: Platform) => Platform;
}

/** A workspace with a delivery that may send to loopback. Its clock is this machine's, unless the test gives another. */
export async function deliverySystem(options: SystemOptions = {}): Promise<DeliverySystem> {
  const stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const { db } = database;
  const bare = testPlatform(db, { now: () => new Date() });
  const platform = options.platform?.(bare) ?? bare;
  const workspaceId = await testWorkspace(db);
  const another = (own = platform): Delivery => {
    const delivery = new Delivery({
      platform: own,
      egressPolicy: options.policy ?? allowing('127.0.0.1'),
      timeoutMs: options.timeoutMs ?? 5_000,
    });
    stack.defer(async () => await delivery.close());
    return delivery;
  };
  const delivery = another();
  const open = async (id: string, by = delivery): Promise<OpenConnection> => {
    const connection = (await by.open(workspaceId, [id])).get(id);
    if (connection === undefined) throw new Error('the connection does not exist');
    return connection;
  };
  return {
    db,
    platform,
    workspaceId,
    delivery,
    another,
    open,
    connect: async (spec, name = 'Receiver') => {
      const outcome = await inTransaction(
        db,
        async (tx) =>
          await putConnection(tx, platform.secrets, platform.clock.now(), { workspaceId, name, spec }),
      );
      if (outcome.kind === 'secret-missing') throw new Error(`${outcome.field} ${outcome.why}`);
      return await open(outcome.id);
    },
    [Symbol.asyncDispose]: async () => await stack.disposeAsync(),
  };
}

/** A POST with a small JSON body. */
export function post(url: string, change: Partial<OutgoingRequest> = {}): OutgoingRequest {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: '{"name":"Ada"}',
    ...change,
  };
}

export const KEY = { idempotencyKey: 'step-1' };
