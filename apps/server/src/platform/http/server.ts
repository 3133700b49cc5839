import formbody from '@fastify/formbody';
import { fastify, LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

import type { Log } from '../log.ts';

/** 1 MB, the limit that the compatible event endpoints document. */
const BODY_LIMIT = 1024 * 1024;

/**
 * An HTTP server without routes. Trailing and doubled slashes are tolerated: clients of the compatible surfaces
 * send both. Each surface registers its routes in a plugin of its own, with its own error shape.
 */
export async function createHttpServer(log: Log): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 500 },
    forceCloseConnections: 'idle',
    // The longest time for a whole request to arrive: a client that dribbles bytes cannot hold a connection.
    requestTimeout: 60_000,
    return503OnClosing: true,
    // A proxy on this machine is believed who it speaks for; any other peer could claim to be anybody.
    trustProxy: 'loopback',
  });
  // A logger of its own for each request costs 1.5 % of an event; what is logged names what it concerns anyway.
  app.setChildLoggerFactory((logger) => logger);
  await app.register(formbody);
  return app;
}
