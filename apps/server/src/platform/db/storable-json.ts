/** Deeper values would run into the database's own limit. */
const MAX_DEPTH = 64;

/**
 * Why a value that came as JSON cannot be stored; undefined where it can. PostgreSQL's jsonb has no NUL and no
 * half of a surrogate pair, and JSON has no infinite number (`1e999` becomes one when it is read).
 */
export function storageProblem(
  value: unknown,
  path = '',
  depth = 0,
): { path: string; message: string } | undefined {
  if (typeof value === 'string') return textProblem(value, path);
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : { path, message: 'is too large a number' };
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= MAX_DEPTH) return { path, message: `is nested more than ${MAX_DEPTH} levels deep` };
  for (const [key, member] of Object.entries(value)) {
    const memberPath = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    const problem = textProblem(key, memberPath) ?? storageProblem(member, memberPath, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function textProblem(text: string, path: string): { path: string; message: string } | undefined {
  if (text.includes('\0')) return { path, message: 'holds a NUL character' };
  if (!text.isWellFormed()) return { path, message: 'holds half of a surrogate pair' };
  return undefined;
}
