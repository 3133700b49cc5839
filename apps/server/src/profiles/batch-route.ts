import type { FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import type { FieldError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import { clientOf, parseClient } from './client-input.ts';
import { MISSING_IDENTIFIER, summary, tellIgnored } from './upsert-answer.ts';
import { storeUpserts } from './upsert-profiles.ts';
import type { ProfileUpsert, UpsertOutcome } from './upsert-profiles.ts';

const MAX_BATCH = 1_000;
const MAX_ERRORS = 100;

/**
 * Many profiles in one request, stored together or not at all; the other API takes the request and says nothing of its
 * items.
 */
export async function sendBatch(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const body: unknown = request.body;
  if (!Array.isArray(body)) return sendHubError(reply, 400, 'The body must be an array of profiles.');
  if (body.length > MAX_BATCH) {
    const message = `A batch holds at most ${MAX_BATCH} profiles; this one has ${body.length}.`;
    return sendHubError(reply, 400, message);
  }
  const { workspaceId } = holderOf(request);
  const { upserts, ignored, errors } = readBatch(workspaceId, body);
  if (errors.length > 0) return sendHubError(reply, 400, summary(errors), errors.slice(0, MAX_ERRORS));
  const outcomes = await inTransaction(
    platform.db,
    async (tx) => await storeUpserts(tx, platform, upserts, 'all'),
  );
  const refused = outcomes.flatMap(errorsOf);
  if (refused.length > 0) {
    const status = outcomes.some(({ kind }) => kind === 'conflict') ? 409 : 400;
    return sendHubError(reply, status, summary(refused), refused.slice(0, MAX_ERRORS));
  }
  tellIgnored(reply, ignored);
  return reply.code(202).send();
}

function readBatch(workspaceId: string, items: readonly unknown[]) {
  const upserts: ProfileUpsert[] = [];
  const ignored = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, item] of items.entries()) {
    const parsed = parseClient(item, prefixOf(index));
    if (parsed.kind === 'invalid') {
      errors.push(...parsed.errors);
      continue;
    }
    const { identity, content } = parsed.input;
    const client = clientOf(parsed.input);
    if (client === undefined) {
      errors.push({ ...MISSING_IDENTIFIER, field: `${prefixOf(index)}${MISSING_IDENTIFIER.field}` });
      continue;
    }
    for (const name of parsed.input.ignored) ignored.add(name);
    const make = Object.keys(client).some((kind) => kind !== 'id');
    upserts.push({ workspaceId, client, make, identity, content });
  }
  return { upserts, ignored, errors };
}

function errorsOf(outcome: UpsertOutcome, index: number): FieldError[] {
  switch (outcome.kind) {
    case 'stored':
      return [];
    case 'missing':
      return [{ field: `${prefixOf(index)}clientId`, message: 'is the number of no profile' }];
    case 'conflict':
    case 'too-large':
      return outcome.errors.map((error) => ({ ...error, field: `${prefixOf(index)}${error.field}` }));
  }
}

function prefixOf(index: number): string {
  return `[${index}].`;
}
