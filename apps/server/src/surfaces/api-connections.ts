import type { connectionEndpoints } from '@laurel/contract';

import { holderOf } from '../access/index.ts';
import {
  changeConnection,
  createConnection,
  findConnection,
  listConnections,
  removeConnection,
} from '../integrations/index.ts';
import type { Connection, ConnectionOutcome, ConnectionUser, Delivery } from '../integrations/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { ok, problem } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';
import { listWorkflows, readVersion } from '../workflows/index.ts';

const NO_CONNECTION = problem({
  status: 404,
  code: 'connection-not-found',
  title: 'There is no connection with this id.',
});

export function connectionHandlers(
  platform: Platform,
  delivery: Delivery,
): Handlers<typeof connectionEndpoints> {
  const { db, secrets, clock } = platform;

  const show = async (connections: readonly Connection[]) => {
    const health = await delivery.health(connections);
    return connections.map((connection) => {
      const { id, name, settings, previousSecretUntil, createdAt, updatedAt } = connection;
      return {
        id,
        name,
        settings,
        ...(previousSecretUntil !== undefined &&
          previousSecretUntil > clock.now() && { previousSecretUntil: previousSecretUntil.toISOString() }),
        createdAt: createdAt.toISOString(),
        updatedAt: updatedAt.toISOString(),
        health: health.get(id) ?? NO_CALLS,
      };
    });
  };

  const answer = async (workspaceId: string, outcome: ConnectionOutcome, name: string) => {
    switch (outcome.kind) {
      case 'missing':
        return NO_CONNECTION;
      case 'name-taken':
        return problem({
          status: 409,
          code: 'name-taken',
          title: `There is another connection named "${name}".`,
        });
      case 'secret-missing':
        return problem({
          status: 422,
          code: 'secret-missing',
          title: 'The connection needs its secret.',
          errors: [{ field: `settings.${outcome.field}`, message: outcome.why }],
        });
      case 'created':
      case 'updated':
      case 'unchanged': {
        const connection = await findConnection(db, workspaceId, { id: outcome.id });
        const [shown] = connection === undefined ? [] : await show([connection]);
        // Deleted by somebody else since.
        return shown === undefined ? NO_CONNECTION : ok({ connection: shown });
      }
    }
  };

  return {
    'GET /api/connections': async (_input, request) => {
      const connections = await listConnections(db, holderOf(request).workspaceId);
      return ok({ connections: await show(connections) });
    },
    'POST /api/connections': async ({ body }, request) => {
      const { workspaceId } = holderOf(request);
      const change = { workspaceId, name: body.name, spec: body.settings };
      const outcome = await inTransaction(
        db,
        async (tx) => await createConnection(tx, secrets, clock.now(), change),
      );
      return await answer(workspaceId, outcome, body.name);
    },
    'GET /api/connections/:connectionId': async ({ params }, request) => {
      const { workspaceId } = holderOf(request);
      const connection = await findConnection(db, workspaceId, { id: params.connectionId });
      const [shown] = connection === undefined ? [] : await show([connection]);
      if (shown === undefined) return NO_CONNECTION;
      return ok({
        connection: shown,
        usedBy: await usersOf(platform, workspaceId, params.connectionId),
      });
    },
    'PUT /api/connections/:connectionId': async ({ params, body }, request) => {
      const { workspaceId } = holderOf(request);
      const change = { workspaceId, id: params.connectionId, name: body.name, spec: body.settings };
      const outcome = await inTransaction(
        db,
        async (tx) => await changeConnection(tx, secrets, clock.now(), change),
      );
      return await answer(workspaceId, outcome, body.name);
    },
    'DELETE /api/connections/:connectionId': async ({ params }, request) => {
      const { workspaceId } = holderOf(request);
      const id = params.connectionId;
      const usedBy = await usersOf(platform, workspaceId, id);
      const outcome = await inTransaction(
        db,
        async (tx) => await removeConnection(tx, { workspaceId, id, usedBy }),
      );
      switch (outcome.kind) {
        case 'removed':
          return ok({ id });
        case 'missing':
          return NO_CONNECTION;
        case 'in-use':
          return problem({
            status: 409,
            code: 'connection-in-use',
            title: `The connection is used by ${outcome.usedBy.map(({ name }) => `"${name}"`).join(', ')}.`,
          });
      }
    },
    'POST /api/connections/:connectionId/test': async ({ params, body }, request) => {
      const { workspaceId } = holderOf(request);
      const opened = await delivery.open(workspaceId, [params.connectionId]);
      const connection = opened.get(params.connectionId);
      if (connection === undefined) return NO_CONNECTION;
      const outcome = await delivery.test(connection, body);
      return ok({
        outcome: outcome.kind,
        ...(outcome.kind === 'answered' ? { status: outcome.status } : { reason: outcome.error }),
        timings: outcome.timings,
      });
    },
  };
}

/** Of a connection that never sent. */
const NO_CALLS = { breaker: 'closed' as const, calls: 0, failures: 0 };

/** The workflows whose newest or active definition names the connection. */
async function usersOf(
  { db }: Platform,
  workspaceId: string,
  connectionId: string,
): Promise<ConnectionUser[]> {
  const workflows = await listWorkflows(db, workspaceId);
  const users = await Promise.all(
    workflows.map(async ({ id, name, newestVersion, activeVersion }) => {
      const versions = new Set([newestVersion, activeVersion ?? newestVersion]);
      const definitions = await Promise.all(
        [...versions].map(async (version) => await readVersion(db, workspaceId, id, version)),
      );
      const uses = definitions.some((definition) =>
        definition?.nodes.some(
          (node) => node.type === 'outgoing-integration' && node.settings.connection === connectionId,
        ),
      );
      return uses ? [{ id, name }] : [];
    }),
  );
  return users.flat();
}
