import {
  accessSync,
  chownSync,
  chmodSync,
  constants,
  lchownSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import path from 'node:path';

import type { Failure } from './outcome.ts';
import { failed, textOf } from './outcome.ts';

/** Laurel's data folder and what of it is PostgreSQL's. */
export interface DataDir {
  readonly kind: 'writable';
  readonly folder: string;
  readonly cluster: string;
  readonly logFile: string;
  readonly passwordFile: string;
  /** Keeps the port from one start to the next. */
  readonly portFile: string;
  /** Holds the server's socket, where its path is short enough for one. */
  readonly socketFolder: string;
}

/** Makes the folder where it is missing (0700; folders above it get the usual mode), and sees that it can be written. */
export function openDataDir(given: string): DataDir | Failure {
  const wanted = path.resolve(given);
  try {
    mkdirSync(path.dirname(wanted), { recursive: true });
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    accessSync(wanted, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return failed(
      'data-dir-not-writable',
      `The data folder ${wanted} cannot be used: ${textOf(error)}. Set LAUREL_DATA_DIR to a folder that this user may write.`,
    );
  }
  // One name however it was reached: a running server is recognised by it.
  const folder = realpathSync(wanted);
  const cluster = path.join(folder, 'postgres');
  const owner = statSync(cluster, { throwIfNoEntry: false })?.uid;
  if (owner !== undefined && process.getuid?.() !== 0 && process.getuid?.() !== owner) {
    return failed(
      'data-dir-not-writable',
      `The database cluster ${cluster} belongs to another user (uid ${owner}). Start Laurel as that user, or set LAUREL_DATA_DIR to another folder.`,
    );
  }
  return {
    kind: 'writable',
    folder,
    cluster,
    logFile: path.join(folder, 'postgres.log'),
    passwordFile: path.join(folder, 'postgres-password'),
    portFile: path.join(folder, 'postgres-port'),
    socketFolder: path.join(folder, 'postgres-socket'),
  };
}

/**
 * Lets a group through a folder of root's (not: read it), and answers how to undo that. Undefined where the folder is
 * not root's to open.
 */
export function letThrough(folder: string, gid: number): (() => void) | undefined {
  const before = statSync(folder);
  if (before.uid !== 0) return undefined;
  chownSync(folder, 0, gid);
  chmodSync(folder, (before.mode & 0o7777) | 0o010);
  return () => {
    chownSync(folder, 0, before.gid);
    chmodSync(folder, before.mode & 0o7777);
  };
}

/** Gives a folder and all that is in it to a user. */
export function giveTree(folder: string, uid: number, gid: number): void {
  lchownSync(folder, uid, gid);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) giveTree(name, uid, gid);
    else lchownSync(name, uid, gid);
  }
}
