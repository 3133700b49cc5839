import { readFileSync } from 'node:fs';

import type { FastifyPluginAsync } from 'fastify';

/** Serves the page that stands where the console will be. */
export function placeholderPage(): FastifyPluginAsync {
  const page = readFileSync(new URL(import.meta.resolve('@laurel/console/placeholder.html')), 'utf8');
  return async (app) => {
    app.get('/', async (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header(
          'content-security-policy',
          "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        )
        .send(page),
    );
  };
}
