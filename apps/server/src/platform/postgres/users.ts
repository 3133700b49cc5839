import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { isAlive } from './running-server.ts';

/**
 * Which processes use the server of a data folder: a file each, named by process number. The last one to leave stops
 * the server, so that `laurel doctor` does not stop the database of a server that runs beside it.
 */
export class ServerUsers {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = path.join(dataDir, 'postgres-users');
  }

  enter(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    writeFileSync(path.join(this.#folder, String(process.pid)), '');
  }

  /** Leaves, and answers whether nobody else is left. */
  leave(): boolean {
    rmSync(path.join(this.#folder, String(process.pid)), { force: true });
    return !readdirSync(this.#folder).some((name) => isAlive(Number(name)));
  }
}
