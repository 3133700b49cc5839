/* A program that uses the launcher: use-server.ts DATA_DIR [PACKAGE_FOLDER]. It runs until its input ends. */
import { once } from 'node:events';

import { launch } from '../start.ts';

const [dataDir = '', packageFolder] = process.argv.slice(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const outcome = await launch(
  {
    dataDir,
    settings: { fsync: 'off' },
    onProgress: say,
    onEvent: ({ kind }) => say(`event: ${kind}`),
  },
  packageFolder === undefined ? {} : { packageFolder },
);
say(JSON.stringify(outcome));
await once(process.stdin.resume(), 'end');
if (outcome.kind === 'started') await outcome.postgres.stop();
