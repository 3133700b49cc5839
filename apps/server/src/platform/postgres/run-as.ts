import { statSync } from 'node:fs';
import path from 'node:path';

import type { DataDir } from './data-dir.ts';
import { giveTree, letThrough } from './data-dir.ts';
import type { Binaries } from './locate-binaries.ts';
import type { Failure } from './outcome.ts';
import { failed, lastLines } from './outcome.ts';
import { OURSELVES, runProgram } from './run-program.ts';
import type { Identity } from './run-program.ts';

type Chosen = { readonly kind: 'chosen'; readonly identity: Identity };

const PROBE_MS = 15_000;

/**
 * As whom the server runs. PostgreSQL refuses to be root, so root looks for another identity that reaches both the
 * binaries and the data folder, in this order: the owner of a cluster that is there; a user namespace, in which root
 * looks like nobody while files stay root's (so a project under root's 0700 home works); nobody or postgres; the
 * owners of the data folder and of the folder that it lies in (root at work in somebody's home).
 */
export async function chooseIdentity(dataDir: DataDir, binaries: Binaries): Promise<Chosen | Failure> {
  if (process.getuid?.() !== 0) return { kind: 'chosen', identity: OURSELVES };
  const refusals: string[] = [];
  const tried = new Set<number>();
  for await (const identity of candidates(dataDir)) {
    const uid = identity.user?.uid;
    if (uid !== undefined && tried.has(uid)) continue;
    if (uid !== undefined) tried.add(uid);
    const refusal = await refusalOf(identity, dataDir, binaries);
    if (refusal === undefined) return { kind: 'chosen', identity };
    refusals.push(`${identity.description}: ${refusal}`);
  }
  return failed(
    'root-not-possible',
    `PostgreSQL refuses to run as root, and nobody else can run it here (${refusals.join('; ')}). ` +
      'Start Laurel as another user; or put project and data folder (LAUREL_DATA_DIR) where every user may enter; or set DATABASE_URL.',
  );
}

/** Hands a folder of the cluster to whoever runs the server. Only root can, and only root needs to. */
export function giveTo(identity: Identity, folder: string): void {
  const inNamespace = identity.prefix.length > 0;
  const owner = inNamespace ? { uid: 0, gid: 0 } : identity.user;
  if (owner !== undefined && statSync(folder).uid !== owner.uid) giveTree(folder, owner.uid, owner.gid);
}

/** One after the other, for the first one mostly does and looking up the next costs a process. */
async function* candidates({ cluster, folder }: DataDir): AsyncGenerator<Identity> {
  yield* ownerOf(cluster);
  const [nobody] = await lookUp('nobody');
  const { uid, gid } = nobody?.user ?? { uid: 65_534, gid: 65_534 };
  yield {
    description: 'a user namespace',
    prefix: ['unshare', '-U', `--map-user=${uid}`, `--map-group=${gid}`],
    user: undefined,
  };
  if (nobody !== undefined) yield nobody;
  yield* await lookUp('postgres');
  yield* ownerOf(folder);
  yield* ownerOf(path.dirname(folder));
}

/** The owner of a file, unless it is root or there is no such file. */
function ownerOf(file: string): Identity[] {
  const owner = statSync(file, { throwIfNoEntry: false });
  if (owner === undefined || owner.uid === 0) return [];
  const { uid, gid } = owner;
  return [{ description: `the user with uid ${uid}`, prefix: [], user: { uid, gid } }];
}

/** An unprivileged user by name; initdb demands that its user has one. */
async function lookUp(name: string): Promise<Identity[]> {
  const [uid, gid] = await Promise.all([numberOf('-u', name), numberOf('-g', name)]);
  if (uid === undefined || gid === undefined || uid === 0) return [];
  return [{ description: `the user ${name}`, prefix: [], user: { uid, gid } }];
}

async function numberOf(flag: '-u' | '-g', name: string): Promise<number | undefined> {
  const { status, stdout } = await runProgram(OURSELVES, ['id', flag, name], { timeoutMs: PROBE_MS });
  return status === 0 ? Number(stdout) : undefined;
}

/** Why an identity does not do; undefined where it does. */
async function refusalOf(
  identity: Identity,
  { folder }: DataDir,
  { postgres }: Binaries,
): Promise<string | undefined> {
  const version = await runProgram(identity, [postgres, '--version'], { timeoutMs: PROBE_MS });
  if (version.status !== 0) return lastLines(version.stderr, 1) || `cannot run ${postgres}`;
  const enters = async (): Promise<boolean> => {
    const test = await runProgram(identity, ['sh', '-c', 'test -x "$1"', 'sh', folder], {
      timeoutMs: PROBE_MS,
    });
    return test.status === 0;
  };
  if (await enters()) return undefined;
  const undo = identity.user === undefined ? undefined : letThrough(folder, identity.user.gid);
  if (undo !== undefined) {
    if (await enters()) return undefined;
    undo();
  }
  return `cannot enter ${folder}`;
}
