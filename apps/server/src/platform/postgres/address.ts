import { lstatSync, mkdirSync, chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';

import { codeOf } from './outcome.ts';

/** Where a server listens: on a port of 127.0.0.1 and, where there is a folder for it, on a socket file. */
export interface Address {
  readonly port: number;
  readonly socketFolder: string | undefined;
}

/** The longest path of a socket that the system takes, in bytes. */
const SOCKET_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;
/**
 * Below the ports that systems give to outgoing connections (Linux from 32768, macOS from 49152): one of those could
 * take the port in the moment in which a server that died is not there.
 */
const PORTS = { first: 15_000, count: 15_000 };
const DRAWS = 50;

/** How a user comes in by the port; every client of PostgreSQL understands it. */
export function portUrl(user: string, password: string, { port }: Address): string {
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

/**
 * How a user comes in by the socket. It names a host too, which the folder overrules, for a URL with a user and no
 * host is none to `new URL`.
 */
export function socketUrl(user: string, password: string, port: number, folder: string): string {
  return `postgres://${user}:${encodeURIComponent(password)}@localhost:${port}/postgres?host=${encodeURIComponent(folder)}`;
}

export function socketFile({ port }: Pick<Address, 'port'>, folder: string): string {
  return path.join(folder, `.s.PGSQL.${port}`);
}

/** Makes the folder that only the server's user enters. False: it can hold no socket, or something has its name. */
export function makeSocketFolder(folder: string): boolean {
  if (Buffer.byteLength(socketFile({ port: 65_535 }, folder)) > SOCKET_PATH_BYTES) return false;
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) mkdirSync(folder, { mode: 0o700 });
  else if (!found.isDirectory()) return false;
  chmodSync(folder, 0o700);
  return true;
}

/** Whether a socket leads to somebody: not so on some mounted folders, nor for root without its privileges. */
export async function socketAnswers(file: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(file);
    const settle = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}

/** The kept port while it is free, else one at random that is. */
export async function choosePort(kept: number | undefined): Promise<number> {
  if (kept !== undefined && (await isFree(kept))) return kept;
  for (let draw = 0; draw < DRAWS; draw++) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port of 127.0.0.1 is free (${DRAWS} from ${PORTS.first} on were tried)`);
}

export async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => (codeOf(error) === 'EADDRINUSE' ? resolve(false) : reject(error)));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** The port of the last server on this data folder; undefined where there was none, or nothing sensible is kept. */
export function readPort(file: string): number | undefined {
  try {
    const port = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Keeps a port for the next start; the file is never seen half-written. */
export function keepPort(file: string, port: number): void {
  if (readPort(file) === port) return;
  const draft = `${file}-${process.pid}`;
  writeFileSync(draft, `${port}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
