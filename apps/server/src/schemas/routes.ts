import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { validate as isUuid } from 'uuid';

import { holderOf } from '../access/index.ts';
import { databaseErrorCode, inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { parseSchema } from './schema-input.ts';
import type { FieldMessages } from './schema-input.ts';
import { deleteSchema, findSchema, listSchemas, writeSchema } from './schema-store.ts';
import type { Schema } from './schema-store.ts';

const MAX_PAGE = 1_000;
const UNIQUE_VIOLATION = '23505';

type SchemaRequest = FastifyRequest<{ Params: { schemaId: string } }>;

/** Schemas. Source of paths and shapes: Synerise's Schema Builder API, whose errors have a shape of their own. */
export function schemaRoutes(platform: Platform): FastifyPluginAsync {
  return async (app) => {
    app.post('/boxes-v2/schemas', async (request, reply) => await write(platform, request, reply, newId()));

    app.get<{ Querystring: Readonly<Record<string, string | undefined>> }>(
      '/boxes-v2/schemas',
      async (request, reply) => {
        const { schemas, total, page, limit } = await readPage(platform, request);
        return reply.send({ data: schemas.map(schemaBody), meta: { page, limit, totalCount: total } });
      },
    );

    app.get<{ Querystring: Readonly<Record<string, string | undefined>> }>(
      '/boxes-v2/schemas/projections',
      async (request, reply) => {
        const { schemas, total, page, limit } = await readPage(platform, request);
        const data = schemas.map(({ id, name }) => ({ schemaId: id, schemaName: name }));
        return reply.send({ data, meta: { page, limit, totalCount: total } });
      },
    );

    app.get('/boxes-v2/schemas/:schemaId', async (request: SchemaRequest, reply) => {
      const schema = await find(platform, request);
      return schema === undefined ? notFound(reply) : reply.send(schemaBody(schema));
    });

    app.put('/boxes-v2/schemas/:schemaId', async (request: SchemaRequest, reply) => {
      const schema = await find(platform, request);
      return schema === undefined ? notFound(reply) : await write(platform, request, reply, schema.id);
    });

    app.delete('/boxes-v2/schemas/:schemaId', async (request: SchemaRequest, reply) => {
      const schema = await find(platform, request);
      if (schema === undefined) return notFound(reply);
      await deleteSchema(platform.db, holderOf(request).workspaceId, schema.id);
      return reply.code(204).send();
    });
  };
}

async function write(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
): Promise<FastifyReply> {
  const parsed = parseSchema(request.body);
  if (parsed.kind === 'invalid') return sendSchemaError(reply, 400, 'Schema validation error', parsed.fields);
  const taken = { schemaName: ['is the name of another schema'] };
  const { workspaceId } = holderOf(request);
  try {
    const outcome = await inTransaction(
      platform.db,
      async (tx) => await writeSchema(tx, platform.clock.now(), workspaceId, id, parsed.schema),
    );
    if (outcome.kind === 'name-taken')
      return await sendSchemaError(reply, 409, 'Schema validation error', taken);
    return await reply.send(schemaBody(outcome.schema));
  } catch (error) {
    // Two requests that make the same name at once: the unique constraint decides.
    if (databaseErrorCode(error) === UNIQUE_VIOLATION)
      return sendSchemaError(reply, 409, 'Schema validation error', taken);
    throw error;
  }
}

async function readPage(
  platform: Platform,
  request: FastifyRequest<{ Querystring: Readonly<Record<string, string | undefined>> }>,
) {
  const page = Math.max(1, Math.trunc(Number(request.query['page'] ?? '1')) || 1);
  const limit = Math.min(MAX_PAGE, Math.max(1, Math.trunc(Number(request.query['limit'] ?? '100')) || 100));
  const { workspaceId } = holderOf(request);
  const found = await listSchemas(platform.db, {
    workspaceId,
    name: request.query['name'] ?? '',
    limit,
    offset: (page - 1) * limit,
  });
  return { ...found, page, limit };
}

async function find(platform: Platform, request: SchemaRequest): Promise<Schema | undefined> {
  const { schemaId: id } = request.params;
  return isUuid(id) ? await findSchema(platform.db, holderOf(request).workspaceId, { id }) : undefined;
}

function notFound(reply: FastifyReply): FastifyReply {
  return sendSchemaError(reply, 404, 'There is no schema with this id.', {});
}

function sendSchemaError(
  reply: FastifyReply,
  status: number,
  message: string,
  fields: FieldMessages,
): FastifyReply {
  const error = status === 404 ? 'Not Found' : status === 409 ? 'Conflict' : 'Bad Request';
  return reply
    .code(status)
    .send({ error, message, payload: { fields }, status, timestamp: new Date().toISOString() });
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
