import { bindNode, nodeById } from '@laurel/workflow';
import type { Definition } from '@laurel/workflow';

import type { InsideStep } from './load-inside.ts';

export type MoveVerdict = { readonly kind: 'moves' } | { readonly kind: 'stays'; readonly reason: string };

const stays = (reason: string): MoveVerdict => ({ kind: 'stays', reason });

/** Whether a run at that step of one version can go on in another. */
export function moveVerdict(
  from: Definition,
  to: Definition,
  { nodeId, unknownRequest }: Pick<InsideStep, 'nodeId' | 'unknownRequest'>,
): MoveVerdict {
  const [here, there] = [nodeById(from, nodeId), nodeById(to, nodeId)];
  if (unknownRequest) return stays('a request is under way');
  if (here === undefined || there === undefined) return stays('the version does not have its node');
  if (here.type !== there.type) return stays(`its node is of another type there: ${there.type}`);
  // It may leave by any output that it could leave by when it came.
  const outputs = new Set(bindNode(there).outputs());
  const gone = bindNode(here)
    .outputs()
    .find((output) => !outputs.has(output));
  return gone === undefined ? { kind: 'moves' } : stays(`its node has no output "${gone}" there`);
}
