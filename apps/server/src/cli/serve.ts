import { ADMIN } from '../access/index.ts';
import { createLog } from '../platform/log.ts';
import { startServer } from '../server.ts';
import type { Server } from '../server.ts';
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
  showMadeSecrets(terminal, server);
  log.info(
    { origin: server.origin, publicUrl: server.publicUrl, database: server.source.description },
    'Laurel is serving',
  );
  return await untilStopped(server, log);
}

function showMadeSecrets(terminal: Terminal, { boot, madeAdminPassword }: Server): void {
  const { apiKey, issuerKey } = boot.madeKeys;
  if (apiKey === undefined && issuerKey === undefined && madeAdminPassword === undefined) return;
  terminal.line('This was made now and is shown once; keep it:');
  terminal.line(`  workspace    ${boot.workspaceGuid}`);
  if (apiKey !== undefined) terminal.line(`  API key      ${apiKey}`);
  if (issuerKey !== undefined) terminal.line(`  issuer key   ${issuerKey}`);
  if (madeAdminPassword !== undefined)
    terminal.line(`  user         ${ADMIN}, password ${madeAdminPassword}`);
}
