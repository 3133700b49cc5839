import { createServer } from 'node:http';

import { originOf } from './origin.ts';

/** An issuer that answers at once and keeps nothing but a count: what a request costs without an issuer's own work. */
let issued = 0;

const server = createServer((request, response) => {
  request.on('data', () => undefined);
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    if (request.method === 'GET') {
      response.end(JSON.stringify({ issued }));
      return;
    }
    issued++;
    response.end(
      `{"credential":{"id":${issued},"group_id":7,"url":"https://example.org/c/${issued}","recipient":{"email":"ada@example.org"}}}`,
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ origin: originOf(server) });
});
process.on('SIGTERM', () => process.exit(0));
