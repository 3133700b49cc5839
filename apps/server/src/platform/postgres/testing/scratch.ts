import { chmodSync, cpSync, lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, onTestFinished } from 'vitest';

import { findPackage } from '../locate-binaries.ts';
import { runProgram } from '../run-program.ts';
import { launch } from '../start.ts';
import type { EmbeddedPostgres, Machine, StartOptions, StartOutcome } from '../start.ts';

/** An unprivileged user that every Linux has. */
export const NOBODY = 65_534;
export const IS_ROOT = process.getuid?.() === 0;

/** Why no program can be run as nobody from this checkout; undefined where it can. */
export async function whyNotAsNobody(): Promise<string | undefined> {
  if (!IS_ROOT) return 'only root can become another user';
  const nobody = { description: 'nobody', prefix: [], user: { uid: NOBODY, gid: NOBODY } };
  const { status } = await runProgram(nobody, [process.execPath, '--check', import.meta.filename], {
    timeoutMs: 20_000,
  });
  return status === 0 ? undefined : 'nobody cannot read this checkout';
}

/** As `scratchFolder`, and other users may enter it. */
export function openFolder(): string {
  const folder = scratchFolder();
  chmodSync(folder, 0o755);
  return folder;
}

/** For tests that are not about durability. */
export const QUICK = { settings: { fsync: 'off' } };

/** A folder of the test's own, removed after it. */
export function scratchFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'laurel-postgres-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

let template: Promise<string> | undefined;
afterAll(async () => {
  if (template !== undefined) rmSync(await template, { recursive: true, force: true });
});

/** A data folder with a new cluster that is down, for tests that are not about its creation; not made durable. */
export async function clusterFolder(): Promise<string> {
  template ??= makeTemplate();
  const folder = scratchFolder();
  cpSync(await template, folder, { recursive: true });
  return folder;
}

async function makeTemplate(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'laurel-postgres-'));
  const outcome = await launch({ dataDir: folder, ...QUICK }, {});
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  await outcome.postgres.stop();
  return folder;
}

/** Starts on a data folder and sees to it that the server is down after the test, before its folder is removed. */
export async function launched(
  dataDir: string,
  options: Partial<StartOptions> = {},
  machine: Machine = {},
): Promise<StartOutcome> {
  const outcome = await launch({ dataDir, ...options }, machine);
  if (outcome.kind === 'started') onTestFinished(async () => await outcome.postgres.stop());
  return outcome;
}

/** As `launched`, for where it has to work. */
export async function started(
  dataDir: string,
  options: Partial<StartOptions> = {},
  machine: Machine = {},
): Promise<EmbeddedPostgres> {
  const outcome = await launched(dataDir, options, machine);
  if (outcome.kind === 'failed') throw new Error(outcome.message);
  return outcome.postgres;
}

/** A copy of the installed binary package, without what only compilers need. */
export function packageCopy(to: string, options: { readonly links: boolean }): string {
  const found = findPackage();
  if (found.kind === 'failed') throw new Error(found.message);
  cpSync(found.folder, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.a') && (options.links || !lstatSync(source).isSymbolicLink()),
  });
  return to;
}
