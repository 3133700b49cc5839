/**
 * Shares permits out among those that ask, one each in turn, so that a large asker does not keep a small one waiting.
 * `start` turns the order: the one more that does not go evenly is not always the same asker's.
 */
export function shareOut(
  total: number,
  counts: ReadonlyMap<string, number>,
  start: number,
): Map<string, number> {
  const shares = new Map([...counts.keys()].map((asker) => [asker, 0]));
  const askers = [...counts.keys()];
  const first = askers.length === 0 ? 0 : start % askers.length;
  let open = [...askers.slice(first), ...askers.slice(0, first)].filter(
    (asker) => (counts.get(asker) ?? 0) > 0,
  );
  let left = total;
  while (left > 0 && open.length > 0) {
    for (const asker of open.slice(0, left)) shares.set(asker, (shares.get(asker) ?? 0) + 1);
    left -= Math.min(left, open.length);
    open = open.filter((asker) => (shares.get(asker) ?? 0) < (counts.get(asker) ?? 0));
  }
  return shares;
}
