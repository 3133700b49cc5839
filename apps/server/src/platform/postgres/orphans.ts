import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';

import { isServerOf, sendSignal } from './process-identity.ts';

/** Those that lie idle end by themselves within moments of their server's death; these are left to do so. */
const ASK_AFTER_MS = 1_000;
const FORCE_AFTER_MS = 3_000;

/**
 * Ends what is left of a killed server: its memory is in use as long as one of its processes lives, and no server can
 * start. Ending them is what a crash does, for which the log is there: nothing that was committed is lost. First they
 * are asked, and after 3 s killed (one that is stopped hears nothing else).
 */
export function endOrphans(cluster: string, hinderedMs: number): void {
  if (hinderedMs < ASK_AFTER_MS) return;
  const signal = hinderedMs < FORCE_AFTER_MS ? 'SIGQUIT' : 'SIGKILL';
  for (const pid of orphansOf(cluster)) sendSignal(pid, signal);
}

/**
 * The processes of a server of this cluster that is no more. Each is a PostgreSQL by its program, a child of a server
 * by its title, at work in this very folder (by its number, so a folder of the same name elsewhere is none), and not
 * the child of a server that lives. Only Linux tells all of that; elsewhere there are none that are certain.
 */
export function orphansOf(cluster: string): number[] {
  if (process.platform !== 'linux') return [];
  const folder = statSync(cluster, { throwIfNoEntry: false });
  if (folder === undefined) return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isOrphan(pid, cluster, folder));
}

function isOrphan(pid: number, cluster: string, folder: { dev: number; ino: number }): boolean {
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('postgres: ')) return false;
    if (path.basename(readlinkSync(`/proc/${pid}/exe`)) !== 'postgres') return false;
    const at = statSync(`/proc/${pid}/cwd`);
    if (at.dev !== folder.dev || at.ino !== folder.ino) return false;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return parent > 0 && !isServerOf(parent, cluster);
  } catch {
    // It has ended, or it is not ours to look at.
    return false;
  }
}
