import { readConfig } from '../../apps/server/src/platform/config.ts';
import { createLog } from '../../apps/server/src/platform/log.ts';
import { startServer } from '../../apps/server/src/server.ts';

/** The whole server as `laurel serve` starts it, telling its parent when it is ready. */
const config = readConfig(process.env);
if (config.kind === 'invalid') throw new Error(config.problems.join('; '));
const outcome = await startServer(config.config, createLog('warn'), () => undefined);
if (outcome.kind === 'failed') throw new Error(outcome.message);
const { server } = outcome;
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
// Whoever started it is gone, however it went.
process.on('disconnect', () => process.exit(1));
process.send?.({
  origin: server.origin,
  connectionString: server.source.connectionString,
  postgresPid: server.source.pid,
});
