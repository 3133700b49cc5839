import { linkSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

import type { Address } from './address.ts';
import { codeOf } from './outcome.ts';
import { isServerOf } from './process-identity.ts';

/** What the lock file of a cluster (`postmaster.pid`) says about its server. */
export type ServerState =
  | { readonly kind: 'ready'; readonly pid: number; readonly address: Address }
  /** It holds the lock and is on its way up or down. */
  | { readonly kind: 'busy'; readonly pid: number; readonly status: string }
  /** No server. After a crash the lock names a process that is gone, or by now something else entirely. */
  | { readonly kind: 'down'; readonly stalePid: number | undefined }
  /** The lock names no process: it is just being written, or a full disk or a power cut spoilt it. */
  | { readonly kind: 'spoilt'; readonly ageMs: number };

/** A server fills its lock file within moments. */
const SPOILT_AFTER_MS = 3_000;

/** Looks at lines 1 (process), 2 (folder), 4 (port), 5 (socket's folder) and 8 (status) of the lock, and at the process. */
export function serverState(cluster: string): ServerState {
  const file = lockFile(cluster);
  const text = readLock(file);
  if (text === undefined) return { kind: 'down', stalePid: undefined };
  const [first, folder, , port, socketFolder = '', , , status = ''] = text.split('\n');
  const pid = Number(first);
  if (!Number.isInteger(pid) || pid <= 0) return { kind: 'spoilt', ageMs: ageOf(file) };
  if (folder !== cluster || !isServerOf(pid, cluster)) return { kind: 'down', stalePid: pid };
  if (status.trim() === 'ready' && Number(port) > 0) {
    const address = { port: Number(port), socketFolder: socketFolder === '' ? undefined : socketFolder };
    return { kind: 'ready', pid, address };
  }
  return { kind: 'busy', pid, status: status.trim() };
}

/**
 * Removes a lock that has been without a process number for a while: PostgreSQL refuses to start at the sight of it.
 */
export function removeSpoiltLock(cluster: string): void {
  removeLock(lockFile(cluster), (pid, ageMs) => !(pid > 0) && ageMs > SPOILT_AFTER_MS);
}

/**
 * Removes the lock of a socket that no server of this cluster has. PostgreSQL does so itself where the process that it
 * names is gone; where another program has that number by now it would refuse to start.
 */
export function removeSocketLock(socket: string, cluster: string): void {
  removeLock(`${socket}.lock`, (pid, ageMs) =>
    pid > 0 ? !isServerOf(pid, cluster) : ageMs > SPOILT_AFTER_MS,
  );
}

/**
 * It is moved away first, so what is removed is what was looked at, and not the lock of a server that came up since.
 */
function removeLock(file: string, isStale: (pid: number, ageMs: number) => boolean): void {
  const aside = `${file}.aside-${process.pid}`;
  const judge = (name: string): boolean =>
    isStale(Number(readLock(name)?.split('\n')[0] ?? Number.NaN), ageOf(name));
  try {
    if (!judge(file)) return;
    renameSync(file, aside);
  } catch (error) {
    // Gone already.
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (!judge(aside)) linkSync(aside, file);
  rmSync(aside);
}

function lockFile(cluster: string): string {
  return path.join(cluster, 'postmaster.pid');
}

function readLock(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // ENOTDIR: what has the cluster's name is a file.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function ageOf(file: string): number {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}
