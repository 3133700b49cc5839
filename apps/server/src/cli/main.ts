import { Command, CommanderError, InvalidArgumentError } from 'commander';

import { setPasswordCommand } from './admin.ts';
import { applyCommand } from './apply.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { migrateCommand } from './migrate.ts';
import { passwordReader } from './read-password.ts';
import { sendEventCommand } from './send-event.ts';
import { serveCommand } from './serve.ts';
import { processTerminal } from './terminal.ts';

const OK = 0;
const FAILED = 1;
const USAGE = 2;

/** Runs the command line and answers the exit code: 0 done, 1 failed with a message, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  let code = OK;
  const run = async (command: Promise<boolean>): Promise<void> => {
    if (!(await command)) code = FAILED;
  };
  const program = new Command('laurel')
    .description('Turns "this person passed" into a credential, and shows at every step what happened.')
    .version('0.1.0')
    .exitOverride()
    .configureHelp({ sortSubcommands: false });

  program
    .command('serve')
    .description('start the server')
    .action(async () => await run(serveCommand(terminal, process.env)));
  program
    .command('demo')
    .description('set the certification example up, send one event and show what becomes of it')
    .option('--once', 'stop when the credential is issued', false)
    .action(async (options: { once: boolean }) => await run(demoCommand(terminal, process.env, options)));
  program
    .command('migrate')
    .description('bring the database to this version')
    .action(async () => await run(migrateCommand(terminal, process.env)));
  program
    .command('doctor')
    .description('check the configuration, the data folder, the database and the port')
    .action(async () => await run(doctorCommand(terminal, process.env)));
  program
    .command('admin')
    .description('manage the user admin of the console')
    .command('set-password')
    .description('set its password, read from standard input or typed unseen; ends its sessions')
    .action(
      async () =>
        await run(setPasswordCommand(terminal, process.env, passwordReader(process.stdin, process.stderr))),
    );
  connected(program.command('apply'))
    .description('make or change what YAML files describe, all or nothing')
    .argument('<file...>', 'YAML files, in the order in which they are applied')
    .action(
      async (files: string[], options: ConnectionOptions) =>
        await run(applyCommand(terminal, process.env, files, options)),
    );
  connected(program.command('send-event'))
    .description('send one event, as an application would')
    .argument('<action>', 'the name of the event, such as certification.acquired')
    .requiredOption('--email <email>', 'whose event it is')
    .option('--params <json>', 'its parameters, as a JSON object', parseObject, {})
    .option('--salt <text>', 'eventSalt: the same event sent again with it overwrites the first')
    .option('--time <instant>', 'when it happened; default: now')
    .option('--idempotency-key <key>', 'the request with this key is stored once')
    .action(
      async (action: string, options: SendEventOptions) =>
        await run(sendEventCommand(terminal, process.env, action, options)),
    );

  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : USAGE;
    throw error;
  }
}

export interface ConnectionOptions {
  readonly url: string;
  readonly key?: string;
}

export interface SendEventOptions extends ConnectionOptions {
  readonly email: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly salt?: string;
  readonly time?: string;
  readonly idempotencyKey?: string;
}

function connected(command: Command): Command {
  const url = process.env['LAUREL_PUBLIC_URL'] ?? `http://127.0.0.1:${process.env['PORT'] ?? '8321'}`;
  return command
    .option('--url <url>', 'where the server is; LAUREL_PUBLIC_URL or the local port if absent', url)
    .option('--key <key>', "the workspace's API key; LAUREL_API_KEY if absent");
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('It must be a JSON object.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidArgumentError('It must be a JSON object.');
  }
  return { ...value };
}
