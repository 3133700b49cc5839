import type { FastifyPluginAsync } from 'fastify';
import { sql } from 'kysely';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Metric } from 'prom-client';

import type { Database } from '../platform/db/database.ts';
import { isDatabaseAway } from '../platform/http/failure.ts';

/** `/healthz`: the process lives. `/readyz`: it can do its work. `/metrics`: Prometheus, with those of the parts. */
export function healthRoutes(db: Database, metrics: readonly Metric[]): FastifyPluginAsync {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const metric of metrics) registry.registerMetric(metric);
  return async (app) => {
    app.get('/healthz', async () => ({ status: 'ok' }));
    app.get('/readyz', async (_request, reply) => {
      try {
        await sql`select 1`.execute(db);
        return await reply.send({ status: 'ready' });
      } catch (error) {
        if (!isDatabaseAway(error)) throw error;
        return await reply.code(503).send({ status: 'not ready', reason: 'the database cannot be reached' });
      }
    });
    app.get('/metrics', async (_request, reply) =>
      reply.type(registry.contentType).send(await registry.metrics()),
    );
  };
}
