import type { Problem } from './problem.ts';

type Members = Readonly<Record<string, unknown>>;

/** Deeper than any credential, and shallow enough for the libraries, which walk by recursion. */
const MAX_DEPTH = 32;

interface Mention {
  readonly path: string;
  readonly members: Members;
}

/**
 * A proof covers the statements that JSON-LD reads out of a document, not its letters. This names whatever would let
 * two different documents make the same statements, so that nobody can rewrite a signed credential into one that reads
 * differently: JSON-LD keywords (contexts in the middle, aliases, languages), names spelled as IRIs, nulls, halves of
 * surrogate pairs, labels of blank nodes, and one part told in several pieces.
 */
export function meaningProblems(document: Members): readonly Problem[] {
  const problems: Problem[] = [];
  const mentions = new Map<string, Mention[]>();
  walk('', document, 0);
  for (const found of mentions.values()) problems.push(...pieces(found));
  return problems;

  function walk(path: string, value: unknown, depth: number): void {
    if (depth > MAX_DEPTH) problems.push({ path, message: `is nested deeper than ${MAX_DEPTH} levels` });
    else if (typeof value === 'string') {
      if (!value.isWellFormed()) problems.push({ path, message: 'holds half of a surrogate pair' });
    } else if (Array.isArray(value)) value.forEach((item, index) => walk(join(path, index), item, depth + 1));
    else if (isMembers(value)) walkMembers(path, value, depth);
    else if (typeof value !== 'boolean' && !Number.isFinite(value))
      problems.push({ path, message: 'is not covered by a proof: only texts, numbers and booleans are' });
  }

  function walkMembers(path: string, members: Members, depth: number): void {
    for (const [name, value] of Object.entries(members)) {
      const at = join(path, name);
      if (at === '@context') continue;
      if (name.startsWith('@') || name.includes(':'))
        problems.push({ path: at, message: 'is not a plain name of the contexts' });
      else if (name === 'id') walkId(path, members, value);
      else walk(at, value, depth + 1);
    }
  }

  function walkId(path: string, members: Members, id: unknown): void {
    const at = join(path, 'id');
    if (typeof id !== 'string' || id.startsWith('_:') || !id.isWellFormed())
      problems.push({ path: at, message: 'must be an IRI' });
    else mentions.set(id, [...(mentions.get(id) ?? []), { path, members }]);
  }
}

/** A part may be named again, but one mention has to say everything that any of them says. */
function pieces(mentions: readonly Mention[]): readonly Problem[] {
  const [first, ...others] = mentions.toSorted(
    (a, b) => Object.keys(b.members).length - Object.keys(a.members).length,
  );
  if (first === undefined) return [];
  return others
    .filter(({ members }) =>
      Object.entries(members).some(([name, value]) => !sameJson(value, first.members[name])),
    )
    .map(({ path }) => ({
      path,
      message: `tells other things of the same id than ${first.path || 'the root'}`,
    }));
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function join(path: string, name: string | number): string {
  return path === '' ? String(name) : `${path}.${name}`;
}
