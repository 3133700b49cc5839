import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

const ROOT = import.meta.dirname;
const SERVER = 'apps/server/src';
const MAX_LINES = 400;
/** Folders of the server that are no domains: the platform below them, and what composes them. */
const BELOW = ['platform', 'migrations'];
const ABOVE = ['surfaces', 'cli', 'testing'];
/** Packages without I/O: they may use each other and zod, and nothing of Node. */
const PURE = ['contract', 'inserts', 'workflow', 'badges'];

/** What of Node only computes. */
const COMPUTING = ['node:crypto', 'node:zlib', 'node:buffer'];

interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly name: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function read(folder: string): SourceFile[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const text = readFileSync(file, 'utf8');
      const imports = [...text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'|import\('([^']+)'\)/gm)];
      return {
        name: path.relative(ROOT, file).split(path.sep).join('/'),
        text,
        imports: imports.map((match) => match[1] ?? match[2] ?? ''),
      };
    });
}

const files = ['packages', 'apps', 'e2e', 'bench'].flatMap(read);
const server = files.filter(({ name }) => name.startsWith(`${SERVER}/`));
const isTest = (name: string): boolean => name.endsWith('.test.ts') || name.includes('/testing/');

/** The file that a relative import leads to, from the root. */
function target(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(from), specifier) : undefined;
}

/** The folder of the server that a file is in; undefined for the files that lie in no folder. */
function folderOf(name: string): string | undefined {
  const [first, ...rest] = name.slice(SERVER.length + 1).split('/');
  return rest.length === 0 ? undefined : first;
}

describe('the architecture', () => {
  it('finds the files that it is about', () => {
    expect(server.length).toBeGreaterThan(50);
    expect(files.some(({ imports }) => imports.includes('@laurel/workflow'))).toBe(true);
  });

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    const long = files
      .filter(({ name }) => !/\.(gen|d)\.ts$/.test(name))
      .map(({ name, text }) => `${name}: ${text.split('\n').length - 1}`)
      .filter((line) => Number(line.split(': ')[1]) > MAX_LINES);
    expect(long).toEqual([]);
  });

  it('lets a domain be used through its index only, and the platform know no domain', () => {
    const faults = server.flatMap(({ name, imports }) =>
      imports.flatMap((specifier) => {
        const to = target(name, specifier);
        const [here, there] = [folderOf(name), to === undefined ? undefined : folderOf(to)];
        if (to === undefined || there === undefined || here === there || there === 'testing') return [];
        if (isTest(name) || BELOW.includes(there)) return [];
        if (here !== undefined && BELOW.includes(here))
          return [`${name} -> ${to}: the platform knows no domain`];
        if (ABOVE.includes(there)) {
          const composes = here === undefined || ABOVE.includes(here);
          return composes ? [] : [`${name} -> ${to}: a domain does not know who composes it`];
        }
        return to.endsWith('/index.ts') ? [] : [`${name} -> ${to}: use ${there}/index.ts`];
      }),
    );
    expect(faults).toEqual([]);
  });

  it('has no cycle between the folders of the server', () => {
    const edges = new Map<string, Set<string>>();
    for (const { name, imports } of server.filter((file) => !isTest(file.name))) {
      const here = folderOf(name);
      if (here === undefined) continue;
      for (const specifier of imports) {
        const to = target(name, specifier);
        const there = to === undefined ? undefined : folderOf(to);
        if (there !== undefined && there !== here) edges.set(here, (edges.get(here) ?? new Set()).add(there));
      }
    }
    expect(cyclesOf(edges)).toEqual([]);
  });

  it('keeps the packages pure', () => {
    const faults = files
      .filter(({ name }) => PURE.some((pure) => name.startsWith(`packages/${pure}/src/`)) && !isTest(name))
      .flatMap(({ name, imports }) =>
        imports
          .filter((specifier) => specifier.startsWith('node:') && !COMPUTING.includes(specifier))
          .map((specifier) => `${name} imports ${specifier}`),
      );
    expect(faults).toEqual([]);
  });

  it('has a README in every domain and package', () => {
    const folders = [
      ...new Set(server.map(({ name }) => folderOf(name)).filter((folder) => folder !== undefined)),
    ].map((folder) => `${SERVER}/${folder}`);
    const all = [...folders, ...PURE.map((name) => `packages/${name}`)];
    expect(all.filter((folder) => !readdirSync(path.join(ROOT, folder)).includes('README.md'))).toEqual([]);
  });
});

function cyclesOf(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, trail: readonly string[]): void => {
    if (trail.includes(node)) {
      cycles.push([...trail.slice(trail.indexOf(node)), node].join(' -> '));
      return;
    }
    if (done.has(node)) return;
    for (const next of edges.get(node) ?? []) visit(next, [...trail, node]);
    done.add(node);
  };
  for (const node of edges.keys()) visit(node, []);
  return cycles;
}
