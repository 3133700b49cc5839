import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { systemCode } from './failure.ts';

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

/** What the lock file of a cluster says about its server. */
export type ServerState =
  | { readonly kind: 'running'; readonly server: RunningServer }
  /** It has taken the lock and is on its way up or down. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'down' };

/**
 * Looks whether a server runs on a cluster. The lock file (`postmaster.pid`) names process, folder and port; after a
 * crash its process may be gone, or be another program that was given the same number, which is told apart by its
 * command line.
 */
export function serverState(cluster: string): ServerState {
  const lines = readLock(cluster);
  if (lines === undefined) return { kind: 'down' };
  const pid = Number(lines[0]);
  if (!isServerOf(pid, cluster)) return { kind: 'down' };
  const port = Number(lines[3]);
  const status = lines[7]?.trim();
  return status === 'ready' && port > 0 ? { kind: 'running', server: { pid, port } } : { kind: 'busy' };
}

/** Removes a lock whose process is another program: the server would take it for a live one and refuse to start. */
export function removeForeignLock(cluster: string): void {
  const pid = Number(readLock(cluster)?.[0]);
  if (Number.isInteger(pid) && pid > 0 && isAlive(pid) && !isServerOf(pid, cluster)) {
    rmSync(path.join(cluster, 'postmaster.pid'), { force: true });
  }
}

function readLock(cluster: string): string[] | undefined {
  try {
    return readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a process runs. One that has ended and waits for its parent to notice (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    // It ended between the two looks.
    return true;
  }
}

function isServerOf(pid: number, cluster: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return false;
  const words = commandLine(pid);
  return words.some((word) => /(^|\/)postgres$/.test(word)) && words.includes(cluster);
}

function commandLine(pid: number): string[] {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(' ');
  } catch {
    // The process ended between the two looks.
    return [];
  }
}
