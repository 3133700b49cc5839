import type { FastifyReply, FastifyRequest } from 'fastify';

import { failureOf } from '../platform/http/failure.ts';
import type { FieldMessages } from './schema-input.ts';

const SUMMARY: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  503: 'Service Unavailable',
};

/** Answers an error in the shape of Schema Builder. */
export function sendSchemaError(
  reply: FastifyReply,
  status: number,
  message: string,
  fields: FieldMessages = {},
): FastifyReply {
  const error = SUMMARY[status] ?? (status < 500 ? 'Error' : 'Internal Server Error');
  const timestamp = new Date().toISOString();
  return reply.code(status).send({ error, message, payload: { fields }, status, timestamp });
}

/** Refused fields: the message that Schema Builder has for them. */
export function sendInvalid(reply: FastifyReply, fields: FieldMessages, status = 400): FastifyReply {
  return sendSchemaError(reply, status, 'Schema validation error', fields);
}

/** Answers what a handler or the HTTP server threw, in the same shape. */
export async function handleSchemaFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const failure = failureOf(error);
  if (failure.status >= 500) request.log.error({ err: error, url: request.url }, failure.message);
  if (failure.status === 503) reply.header('retry-after', '1');
  return sendSchemaError(reply, failure.status, failure.message);
}
