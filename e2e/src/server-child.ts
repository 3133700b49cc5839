import { readConfig } from '../../apps/server/src/platform/config.ts';
import { createLog } from '../../apps/server/src/platform/log.ts';
import { startServer } from '../../apps/server/src/server.ts';

/**
 * The whole server, with two things more: at the place that CRASH_AT names it kills itself, as kill -9 would; and asked
 * by a message, it says how often it came by each place.
 */
const { CRASH_AT: crashAt, ...env } = process.env;
const config = readConfig(env);
if (config.kind === 'invalid') throw new Error(config.problems.join('; '));
const passed: Record<string, number> = {};
process.on('message', () => process.send?.({ passed }));
const outcome = await startServer(config.config, createLog(config.config.logLevel), () => undefined, {
  checkpoint: (place) => {
    passed[place] = (passed[place] ?? 0) + 1;
    if (place === crashAt) process.kill(process.pid, 'SIGKILL');
  },
});
if (outcome.kind === 'failed') throw new Error(outcome.message);
const { server } = outcome;
process.on('SIGTERM', () => void server.stop().then(() => process.exit(0)));
process.send?.({ origin: server.origin });
