import { readConfig } from '../../apps/server/src/platform/config.ts';
import { createLog } from '../../apps/server/src/platform/log.ts';
import { startServer } from '../../apps/server/src/server.ts';

/** The whole server, with one thing more: at the place that CRASH_AT names it kills itself, as kill -9 would. */
const { CRASH_AT: crashAt, ...env } = process.env;
const config = readConfig(env);
if (config.kind === 'invalid') throw new Error(config.problems.join('; '));
const outcome = await startServer(config.config, createLog(config.config.logLevel), () => undefined, {
  checkpoint: (place) => {
    if (place === crashAt) process.kill(process.pid, 'SIGKILL');
  },
});
if (outcome.kind === 'failed') throw new Error(outcome.message);
const { server } = outcome;
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
process.send?.({ origin: server.origin });
