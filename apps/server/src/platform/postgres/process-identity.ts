import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { codeOf } from './outcome.ts';

/** Whether a process runs. One that has ended and waits for its parent to notice (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Only another user's process may not be signalled; it is there.
    return codeOf(error) === 'EPERM';
  }
  return process.platform !== 'linux' || !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    // It ended between the two looks.
    return true;
  }
}

/**
 * Whether a process is the PostgreSQL server of a cluster. Its number alone says little: after a crash another
 * program may have it.
 */
export function isServerOf(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false;
  try {
    if (process.platform === 'linux') {
      const [program, flag, folder] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return path.basename(program ?? '') === 'postgres' && flag === '-D' && folder === cluster;
    }
    // ps does not tell where one argument ends and the next begins.
    const command = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes(`/postgres -D ${cluster} `);
  } catch {
    // It ended between the two looks.
    return false;
  }
}

/** Sends a signal to a process that may have ended before. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
