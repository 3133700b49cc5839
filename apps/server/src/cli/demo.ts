import path from 'node:path';

import { createLog } from '../platform/log.ts';
import { startServer } from '../server.ts';
import type { Server } from '../server.ts';
import { applyFiles } from './apply.ts';
import { configured } from './configured.ts';
import { demoKeys } from './demo-keys.ts';
import type { DemoKeys } from './demo-keys.ts';
import { tellStory } from './demo-story.ts';
import { HubClient } from './hub-client.ts';
import type { Terminal } from './terminal.ts';
import { untilStopped } from './until-stopped.ts';

/** The example that the demo sets up. It lies beside the workspaces, where people can read and change it. */
const EXAMPLE = path.resolve(import.meta.dirname, '../../../../examples/certification');

/** `laurel demo` */
export async function demoCommand(
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
  options: { readonly once: boolean },
): Promise<boolean> {
  const first = configured(terminal, env);
  if (first === undefined) return false;
  terminal.line(terminal.strong('Laurel: from an event to a credential'));
  terminal.line();
  terminal.line(`${terminal.strong('1')} Start`);
  const began = performance.now();
  let keys;
  try {
    keys = demoKeys(first.dataDir, env);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    terminal.error(
      `The data folder ${first.dataDir} cannot be used: ${reason}. Set LAUREL_DATA_DIR to a folder that this user may write.`,
    );
    return false;
  }
  const config = configured(terminal, { LAUREL_WORKSPACE_NAME: 'Example Academy', ...env, ...keys });
  if (config === undefined) return false;
  const log = createLog(env['LAUREL_LOG_LEVEL'] ?? 'warn');
  const outcome = await startServer(config, log, (message) => terminal.line(`  ${terminal.dim(message)}`));
  if (outcome.kind === 'failed') {
    terminal.error(outcome.message);
    return false;
  }
  const { server } = outcome;
  terminal.line(`  ${server.source.description}`);
  terminal.line(`  serving at ${server.origin} after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  const told = await setUpAndTell(terminal, server, keys, env);
  if (options.once || !told) {
    await server.stop();
    return told;
  }
  terminal.line();
  terminal.line('Serving until Ctrl+C. Send another event:');
  terminal.line(
    terminal.dim(
      `  LAUREL_API_KEY=${keys.LAUREL_API_KEY} npm run laurel -- send-event certification.acquired --url ${server.origin} \\\n` +
        `    --email lovelace@example.org --params '{"firstName":"Ada","lastName":"Lovelace","certificationId":"5d0c4a52-9b3e-4d0e-8f57-3b8a6a0a2c22"}'`,
    ),
  );
  return await untilStopped(server, log);
}

async function setUpAndTell(
  terminal: Terminal,
  server: Server,
  keys: DemoKeys,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  const client = new HubClient(server.origin, `Bearer ${keys.LAUREL_API_KEY}`);
  terminal.line();
  terminal.line(`${terminal.strong('2')} Set the certification programme up, from examples/certification`);
  const files = [path.join(EXAMPLE, 'certification.yaml')];
  if (!(await applyFiles(terminal, client, files, { ...env, ...keys, LAUREL_PUBLIC_URL: server.publicUrl })))
    return false;
  return await tellStory(terminal, server, keys, path.join(EXAMPLE, 'event.json'));
}
