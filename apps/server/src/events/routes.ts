import { createHash } from 'node:crypto';

import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import type { GroupCommit } from '../platform/group-commit.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import type { FieldError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import { findProfile } from '../profiles/index.ts';
import type { EventInput, IngestOutcome, IngestRequest } from './event-input.ts';
import { readTimeline } from './event-store.ts';
import { parseEvent } from './parse-event.ts';
import { parseInstant } from './parse-instant.ts';

const MAX_BATCH = 1_000;
const MAX_ERRORS = 100;
const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;
const MAX_KEY = 255;

type Ingest = GroupCommit<IngestRequest, IngestOutcome>;

/** Sending and listing events. Source: Synerise's events API; `Idempotency-Key` is our own. */
export function eventRoutes(platform: Platform, ingest: Ingest): FastifyPluginAsync {
  return async (app) => {
    app.post('/v4/events/custom', async (request, reply) => {
      const receivedAt = platform.clock.now();
      const parsed = parseEvent(request.body, receivedAt);
      if (parsed.kind === 'invalid') return sendHubError(reply, 400, summary(parsed.errors), parsed.errors);
      return await store(ingest, request, reply, receivedAt, [parsed.event], () => '');
    });

    app.post('/v4/events/batch', async (request, reply) => {
      const receivedAt = platform.clock.now();
      const body: unknown = request.body;
      if (!Array.isArray(body)) return sendHubError(reply, 400, 'The body must be an array of events.');
      if (body.length > MAX_BATCH) {
        return sendHubError(
          reply,
          400,
          `A batch holds at most ${MAX_BATCH} events; this one has ${body.length}.`,
        );
      }
      const events: EventInput[] = [];
      const errors: FieldError[] = [];
      for (const [index, item] of body.entries()) {
        const parsed = parseEvent(item, receivedAt, prefixOf(index));
        if (parsed.kind === 'valid') events.push(parsed.event);
        else errors.push(...parsed.errors);
      }
      if (errors.length > 0) return sendHubError(reply, 400, summary(errors), errors.slice(0, MAX_ERRORS));
      if (events.length === 0) return reply.code(202).send();
      return await store(ingest, request, reply, receivedAt, events, prefixOf);
    });

    app.get<{ Params: { clientId: string }; Querystring: Readonly<Record<string, string | undefined>> }>(
      '/v4/events/by-client/:clientId',
      async (request, reply) =>
        await sendTimeline(platform, request.params.clientId, request.query, request, reply),
    );
  };
}

function prefixOf(index: number): string {
  return `[${index}].`;
}

async function store(
  ingest: Ingest,
  request: FastifyRequest,
  reply: FastifyReply,
  receivedAt: Date,
  events: readonly EventInput[],
  prefix: (index: number) => string,
): Promise<FastifyReply> {
  const key = request.headers['idempotency-key'];
  if (Array.isArray(key) || (key !== undefined && (key === '' || key.length > MAX_KEY))) {
    return sendHubError(reply, 400, `The Idempotency-Key must be one value of 1 to ${MAX_KEY} characters.`);
  }
  const outcome = await ingest.add({
    workspaceId: holderOf(request).workspaceId,
    receivedAt,
    events,
    idempotency: key === undefined ? undefined : { key, digest: digestOf(request.body) },
  });
  switch (outcome.kind) {
    case 'stored':
      return reply.code(202).send();
    case 'replayed':
      return reply.code(202).header('idempotent-replayed', 'true').send();
    case 'key-reused':
      return sendHubError(reply, 409, 'This Idempotency-Key was used for another request: use a new one.');
    case 'refused': {
      const errors = outcome.refusals.map(({ index, field, message, rejectedValue }) => ({
        field: `${prefix(index)}${field}`,
        message,
        rejectedValue,
      }));
      return sendHubError(reply, 400, summary(errors), errors.slice(0, MAX_ERRORS));
    }
  }
}

/** The body as the parser read it: the same document with other spaces is the same request. */
function digestOf(body: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(body)).digest();
}

function summary(errors: readonly FieldError[]): string {
  const [first, ...others] = errors;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return first === undefined ? 'The request is not valid.' : `${first.field} ${first.message}${more}`;
}

async function sendTimeline(
  platform: Platform,
  clientId: string,
  query: Readonly<Record<string, string | undefined>>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { workspaceId } = holderOf(request);
  const errors: FieldError[] = [];
  const instant = (name: string): Date | undefined => {
    const text = query[name];
    if (text === undefined || text === '') return undefined;
    const read = parseInstant(text);
    if (read === undefined)
      errors.push({ field: name, message: 'must be an ISO 8601 date and time', rejectedValue: text });
    return read;
  };
  const from = instant('time[from]');
  const to = instant('time[to]');
  const limit = Number(query['limit'] || DEFAULT_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    errors.push({ field: 'limit', message: `must be 1 to ${MAX_PAGE}`, rejectedValue: query['limit'] });
  }
  if (errors.length > 0) return sendHubError(reply, 400, summary(errors), errors);
  const profile = await findProfile(platform.db, workspaceId, 'id', clientId);
  if (profile === undefined) return sendHubError(reply, 404, 'There is no profile with this id.');
  const action = query['action'] === '' ? undefined : query['action'];
  const events = await readTimeline(platform.db, {
    workspaceId,
    profileId: profile.id,
    from,
    to,
    action,
    limit,
  });
  const client = {
    id: profile.clientId,
    uuid: profile.uuid,
    customId: profile.customId,
    email: profile.email,
  };
  return reply.send(
    events.map(({ id, time, action: name, params }) => ({
      uuid: id,
      time: time.toISOString(),
      action: name,
      label: name,
      client,
      params,
    })),
  );
}
