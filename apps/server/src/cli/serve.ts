import { createLog } from '../platform/log.ts';
import { startServer } from '../server.ts';
import { configured } from './configured.ts';
import type { Terminal } from './terminal.ts';
import { untilStopped } from './until-stopped.ts';

/** `laurel serve` */
export async function serveCommand(
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const config = configured(terminal, env);
  if (config === undefined) return false;
  const log = createLog(config.logLevel);
  const outcome = await startServer(config, log, (message) => log.info(message));
  if (outcome.kind === 'failed') {
    terminal.error(outcome.message);
    return false;
  }
  const { server } = outcome;
  const { apiKey, issuerKey } = server.boot.madeKeys;
  if (apiKey !== undefined || issuerKey !== undefined) {
    terminal.line('First start. These keys are shown once; keep them:');
    terminal.line(`  workspace    ${server.boot.workspaceGuid}`);
    if (apiKey !== undefined) terminal.line(`  API key      ${apiKey}`);
    if (issuerKey !== undefined) terminal.line(`  issuer key   ${issuerKey}`);
  }
  log.info(
    { origin: server.origin, publicUrl: server.publicUrl, database: server.source.description },
    'Laurel is serving',
  );
  return await untilStopped(server, log);
}
