import type { segmentEndpoints } from '@laurel/contract';
import { describeSegment, parseSegment } from '@laurel/workflow';
import type { ConditionIssue } from '@laurel/workflow';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { ok, problem } from '../platform/http/mount.ts';
import type { Handlers } from '../platform/http/mount.ts';
import type { Platform } from '../platform/platform.ts';
import { Slots } from '../platform/slots.ts';
import {
  countSegment,
  deleteSegment,
  listSegmentProfiles,
  listSegments,
  saveSegment,
  segmentOf,
} from '../segments/index.ts';
import type { Segment, SegmentProfile } from '../segments/index.ts';
import { findSegmentUses } from '../workflows/index.ts';

const NO_SEGMENT = problem({
  status: 404,
  code: 'segment-not-found',
  title: 'There is no segment with this id.',
});

/**
 * Counts at a time. Each can keep a connection busy for 5 s, and the connections are those that events are stored by:
 * somebody who clicks fast must not stop them.
 */
const COUNTS = 2;

export function segmentHandlers({ db, clock }: Platform): Handlers<typeof segmentEndpoints> {
  const counts = new Slots(COUNTS);
  const save = async (
    workspaceId: string,
    id: string | undefined,
    body: { name: string; condition?: unknown },
  ) => {
    const { name } = body;
    const parsed = parseSegment(body.condition);
    if (parsed.kind === 'refused') return invalid(parsed.issues);
    const { condition } = parsed;
    const outcome = await inTransaction(
      db,
      async (tx) => await saveSegment(tx, clock.now(), { workspaceId, id, name, condition }),
    );
    switch (outcome.kind) {
      case 'missing':
        return NO_SEGMENT;
      case 'name-taken':
        return problem({
          status: 409,
          code: 'name-taken',
          title: `There is another segment named "${name}".`,
        });
      case 'created':
      case 'updated':
      case 'unchanged':
        return ok({ outcome: outcome.kind, segment: segmentView(outcome.segment) });
    }
  };
  return {
    'GET /api/segments': async (_input, request) => {
      const segments = await listSegments(db, holderOf(request).workspaceId);
      return ok({ segments: segments.map(segmentView) });
    },
    'POST /api/segments': async ({ body }, request) =>
      await save(holderOf(request).workspaceId, undefined, body),
    'POST /api/segments/preview': async ({ body }, request) => {
      const parsed = parseSegment(body.condition);
      if (parsed.kind === 'refused') return invalid(parsed.issues);
      const { condition } = parsed;
      const description = describeSegment(condition);
      const { workspaceId } = holderOf(request);
      const counted = await counts.run(
        async () => await countSegment(db, workspaceId, clock.now(), condition),
      );
      switch (counted.kind) {
        case 'counted':
          return ok({ description, count: counted.count, sample: counted.sample.map(profileView) });
        case 'too-slow':
          return ok({ description, sample: [] });
      }
    },
    'GET /api/segments/:segmentId': async ({ params }, request) => {
      const segment = await segmentOf(db, holderOf(request).workspaceId, params.segmentId);
      return segment === undefined ? NO_SEGMENT : ok({ segment: segmentView(segment) });
    },
    'PUT /api/segments/:segmentId': async ({ params, body }, request) =>
      await save(holderOf(request).workspaceId, params.segmentId, body),
    'DELETE /api/segments/:segmentId': async ({ params }, request) => {
      const { workspaceId } = holderOf(request);
      const outcome = await inTransaction(
        db,
        async (tx) => await deleteSegment(tx, workspaceId, params.segmentId, findSegmentUses),
      );
      switch (outcome.kind) {
        case 'missing':
          return NO_SEGMENT;
        case 'in-use':
          return problem({
            status: 409,
            code: 'segment-in-use',
            title: `Workflows use this segment: ${outcome.usedBy.map(({ name }) => `"${name}"`).join(', ')}.`,
          });
        case 'deleted':
          return ok({ outcome: outcome.kind });
      }
    },
    'GET /api/segments/:segmentId/profiles': async ({ params, query }, request) => {
      const { workspaceId } = holderOf(request);
      const segment = await segmentOf(db, workspaceId, params.segmentId);
      if (segment === undefined) return NO_SEGMENT;
      const { after, limit } = query;
      const page = { after, limit };
      const { profiles, next } = await listSegmentProfiles(
        db,
        workspaceId,
        clock.now(),
        segment.condition,
        page,
      );
      return ok({ profiles: profiles.map(profileView), ...(next !== undefined && { next }) });
    },
  };
}

function invalid(issues: readonly ConditionIssue[]) {
  return problem({
    status: 422,
    code: 'condition-invalid',
    title: 'The condition is not valid.',
    errors: issues.map(({ field, message }) => ({
      field: field === '' ? 'condition' : `condition.${field}`,
      message,
    })),
  });
}

function segmentView({ id, name, condition, createdAt, updatedAt }: Segment) {
  return {
    id,
    name,
    condition,
    description: describeSegment(condition),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function profileView({ attributes, tags, ...profile }: SegmentProfile) {
  return { ...profile, attributes: { ...attributes }, tags: [...tags] };
}
