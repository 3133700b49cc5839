import { nodeById } from './definition.ts';
import type { Definition } from './definition.ts';

const known = new WeakMap<Definition, boolean>();

/**
 * Whether it can make a difference that an End stops the profile's other paths. It cannot where no path waits and none
 * has two actions: another path is then in its only action, finishes that, and reaches an End by itself.
 */
export function stopMatters(definition: Definition): boolean {
  let matters = known.get(definition);
  if (matters === undefined) {
    matters = definition.nodes.some(({ id }) => waits(definition, id) || actionsFrom(definition, id) > 1);
    known.set(definition, matters);
  }
  return matters;
}

function waits(definition: Definition, id: string): boolean {
  const type = nodeById(definition, id)?.type;
  return type === 'delay' || type === 'event-filter';
}

/** The most nodes that the host executes on a way from here. Definitions that run have no loops. */
function actionsFrom(definition: Definition, start: string): number {
  const found = new Map<string, number>();
  const count = (id: string): number => {
    const before = found.get(id);
    if (before !== undefined) return before;
    const node = nodeById(definition, id);
    if (node === undefined) return 0;
    const own = ['profile-event', 'audience', 'merge-paths', 'split', 'end'].includes(node.type) ? 0 : 1;
    const most = own + Math.max(0, ...Object.values(node.outputs).map(count));
    found.set(id, most);
    return most;
  };
  return count(start);
}
