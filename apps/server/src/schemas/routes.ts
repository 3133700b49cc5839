import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { validate as isUuid } from 'uuid';

import { holderOf } from '../access/index.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { QueryReader } from '../platform/http/query-reader.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { handleSchemaFailure, sendInvalid, sendSchemaError } from './schema-error.ts';
import { parseSchema } from './schema-input.ts';
import { deleteSchema, findSchema, listSchemas, replaceSchema, writeSchema } from './schema-store.ts';
import type { Schema, WriteOutcome } from './schema-store.ts';

const MAX_PAGE = 1_000;

type SchemaRequest = FastifyRequest<{ Params: { schemaId: string } }>;

/** Schemas. Source of paths and shapes: Synerise's Schema Builder API, whose errors have a shape of their own. */
export function schemaRoutes(platform: Platform): FastifyPluginAsync {
  return async (app) => {
    app.setErrorHandler(handleSchemaFailure);
    app.removeContentTypeParser(['text/plain', 'application/x-www-form-urlencoded']);

    app.post('/boxes-v2/schemas', async (request, reply) => {
      const parsed = parseSchema(request.body);
      if (parsed.kind === 'invalid') return sendInvalid(reply, parsed.fields);
      const outcome = await inTransaction(
        platform.db,
        async (tx) =>
          await writeSchema(tx, platform.clock.now(), holderOf(request).workspaceId, newId(), parsed.schema),
      );
      return sendWritten(reply, outcome);
    });

    app.get(
      '/boxes-v2/schemas',
      async (request, reply) => await sendPage(platform, request, reply, schemaBody),
    );

    app.get(
      '/boxes-v2/schemas/projections',
      async (request, reply) =>
        await sendPage(platform, request, reply, ({ id, name }) => ({ schemaId: id, schemaName: name })),
    );

    app.get('/boxes-v2/schemas/:schemaId', async (request: SchemaRequest, reply) => {
      const id = idOf(request);
      const { workspaceId } = holderOf(request);
      const schema = id === undefined ? undefined : await findSchema(platform.db, workspaceId, { id });
      return schema === undefined ? notFound(reply) : reply.send(schemaBody(schema));
    });

    app.put('/boxes-v2/schemas/:schemaId', async (request: SchemaRequest, reply) => {
      const id = idOf(request);
      const { workspaceId } = holderOf(request);
      if (id === undefined || (await findSchema(platform.db, workspaceId, { id })) === undefined)
        return notFound(reply);
      const parsed = parseSchema(request.body);
      if (parsed.kind === 'invalid') return sendInvalid(reply, parsed.fields);
      const outcome = await inTransaction(
        platform.db,
        async (tx) => await replaceSchema(tx, platform.clock.now(), workspaceId, id, parsed.schema),
      );
      return outcome.kind === 'missing' ? notFound(reply) : sendWritten(reply, outcome);
    });

    app.delete('/boxes-v2/schemas/:schemaId', async (request: SchemaRequest, reply) => {
      const id = idOf(request);
      const { workspaceId } = holderOf(request);
      const deleted = id !== undefined && (await deleteSchema(platform.db, workspaceId, id));
      return deleted ? reply.code(204).send() : notFound(reply);
    });
  };
}

function sendWritten(reply: FastifyReply, outcome: WriteOutcome): FastifyReply {
  switch (outcome.kind) {
    case 'created':
    case 'updated':
    case 'unchanged':
      return reply.send(schemaBody(outcome.schema));
    case 'name-taken':
      return sendInvalid(reply, { schemaName: ['is the name of another schema'] }, 409);
  }
}

/** `page` (from 1), `limit` (default 100; more than 1,000 are 1,000) and `name`, a part of the name in any case. */
async function sendPage(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  bodyOf: (schema: Schema) => object,
): Promise<FastifyReply> {
  const read = new QueryReader(request.query);
  const page = read.wholeNumber('page', { min: 1, absent: 1 });
  const limit = Math.min(MAX_PAGE, read.wholeNumber('limit', { min: 1, absent: 100 }));
  const name = read.text('name') ?? '';
  if (read.problems.length > 0) {
    const fields = read.problems.map(({ field, message }): [string, string[]] => [field, [message]]);
    return sendInvalid(reply, Object.fromEntries(fields));
  }
  const { workspaceId } = holderOf(request);
  const offset = (page - 1) * limit;
  const { schemas, total } = await listSchemas(platform.db, { workspaceId, name, limit, offset });
  return reply.send({ data: schemas.map(bodyOf), meta: { page, limit, totalCount: total } });
}

function idOf({ params: { schemaId } }: SchemaRequest): string | undefined {
  return isUuid(schemaId) ? schemaId : undefined;
}

function notFound(reply: FastifyReply): FastifyReply {
  return sendSchemaError(reply, 404, 'There is no schema with this id.');
}

function schemaBody(schema: Schema): object {
  return {
    schemaId: schema.id,
    schemaName: schema.name,
    tags: schema.tags,
    fields: schema.fields,
    createdAt: schema.createdAt.toISOString(),
    modifiedAt: schema.updatedAt.toISOString(),
  };
}
