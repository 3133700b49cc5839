import { startRun } from '@laurel/workflow';
import type { AudienceSettings, NodeOf, SegmentChoice } from '@laurel/workflow';

import type { Database } from '../platform/db/database.ts';
import { newId } from '../platform/ids.ts';
import { matchSegments, pageSegment } from '../segments/index.ts';
import type { WorkflowVersion } from '../workflows/index.ts';
import type { RecordedChange } from './recorded-change.ts';
import { renderCondition } from './render-condition.ts';
import { resolveSegments } from './resolve-segments.ts';
import type { Condition } from './resolve-segments.ts';

/** Profiles of an audience, with the output that each leaves by. */
export interface AudiencePage {
  readonly kind: 'page';
  readonly members: readonly { readonly profileId: string; readonly output: string | undefined }[];
  /** Where the next page begins; undefined: this was the last. */
  readonly next: string | undefined;
}

/** Takes the next part of an audience, as it is at `now`. */
export async function takeAudience(
  db: Database,
  workspaceId: string,
  settings: AudienceSettings,
  now: Date,
  cursor: string | undefined,
  limit: number,
): Promise<AudiencePage | { readonly kind: 'failed'; readonly reason: string }> {
  const { audience, split = [], dynamic } = settings;
  const choices: SegmentChoice[] = [...(audience === 'everyone' ? [] : [audience]), ...split];
  const resolved = await resolveSegments(db, workspaceId, choices);
  if (resolved.kind === 'missing')
    return { kind: 'failed', reason: `there is no segment "${resolved.reference}"` };
  const conditions: Condition[] = [];
  for (const [index, condition] of resolved.conditions.entries()) {
    const ownCondition = 'condition' in (choices[index] ?? {});
    const rendered =
      dynamic && ownCondition ? renderCondition(condition, now) : { kind: 'rendered' as const, condition };
    if (rendered.kind === 'failed') return rendered;
    conditions.push(rendered.condition);
  }
  const [own, ofSplit] =
    audience === 'everyone'
      ? (['everyone', conditions] as const)
      : ([conditions[0] ?? 'everyone', conditions.slice(1)] as const);
  const page = await pageSegment(db, workspaceId, now, own, cursor, limit);
  if (split.length === 0) {
    return {
      kind: 'page',
      members: page.profileIds.map((profileId) => ({ profileId, output: undefined })),
      next: page.next,
    };
  }
  const matched = await matchSegments(db, workspaceId, now, ofSplit, page.profileIds);
  return {
    kind: 'page',
    members: page.profileIds.flatMap((profileId) => {
      const place = matched.findIndex((profiles) => profiles.has(profileId));
      const output = split[place]?.name;
      return output === undefined ? [] : [{ profileId, output }];
    }),
    next: page.next,
  };
}

/** The runs of a page. */
export function startsOf(
  workflow: WorkflowVersion,
  node: NodeOf<'audience'>,
  page: AudiencePage,
  at: Date,
): RecordedChange[] {
  return page.members.map(({ profileId, output }) => ({
    workspaceId: workflow.workspaceId,
    profileId,
    runId: newId(),
    workflow,
    at,
    change: startRun(
      workflow.definition,
      node.id,
      { profileId, now: at, timeZone: workflow.timeZone },
      output,
    ),
    deadlineAt: new Date(at.getTime() + workflow.pathCapMs),
    triggerNodeId: node.id,
    events: new Map(),
    cause: { kind: 'start', replayOf: undefined },
  }));
}
