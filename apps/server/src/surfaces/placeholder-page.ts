import type { FastifyPluginAsync } from 'fastify';

/** Stands where the console will be: says that the server runs, and where its surfaces are. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Laurel</title>
<style>
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  background: light-dark(#f7f8f5, #14170f); color: light-dark(#1d2418, #e6eadf); }
main { max-width: 36rem; padding: 2rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
a { color: light-dark(#2f6b1f, #9fd48b); }
li { margin: .35rem 0; }
code { font-size: .9em; }
</style>
</head>
<body>
<main>
<h1>Laurel is running</h1>
<p>The console is not built yet. Everything works through the API:</p>
<ul>
<li><a href="/api/openapi.json">The description of the console API</a> (OpenAPI 3.1)</li>
<li><a href="/api/workflow-definition.schema.json">The JSON Schema of a workflow</a></li>
<li><a href="/readyz">Whether the server is ready</a>, and its <a href="/metrics">metrics</a></li>
<li>Events: <code>POST /v4/events/custom</code></li>
<li>Credentials: <code>POST /v1/credentials</code></li>
</ul>
</main>
</body>
</html>
`;

export function placeholderPage(): FastifyPluginAsync {
  return async (app) => {
    app.get('/', async (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header(
          'content-security-policy',
          "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        )
        .send(PAGE),
    );
  };
}
