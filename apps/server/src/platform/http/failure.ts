import type { FastifyError } from 'fastify';

import { databaseErrorCode } from '../db/transaction.ts';
import { GroupCommitFullError } from '../group-commit.ts';

/** What went wrong with a request, before a surface gives it its own shape. */
export interface Failure {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  /** For people: what, where, what to do. */
  readonly message: string;
}

/** SQLSTATE classes of a database that is away: connection exceptions, shutdown, out of resources. */
const DATABASE_AWAY = /^(08|57P|53)/;
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EAI_AGAIN',
  'ENOTFOUND',
]);
const POOL_MESSAGES =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/;

/** Whether an error means that the database cannot be reached now, so that the same request can succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  const code = databaseErrorCode(error);
  if (code !== undefined && (DATABASE_AWAY.test(code) || NETWORK.has(code))) return true;
  return error instanceof Error && POOL_MESSAGES.test(error.message);
}

/** Classifies whatever a handler or the HTTP server threw. Status 500 means a bug and is to be logged. */
export function failureOf(error: unknown): Failure {
  if (error instanceof GroupCommitFullError) {
    return {
      status: 503,
      code: 'overloaded',
      message: 'The server has more writes waiting than it can take. Send the request again later.',
    };
  }
  if (isDatabaseAway(error)) {
    return {
      status: 503,
      code: 'database-unavailable',
      message: 'The database cannot be reached. Nothing was stored; send the request again later.',
    };
  }
  if (isFastifyError(error) && error.statusCode !== undefined && error.statusCode < 500) {
    return { status: error.statusCode, ...refusal(error) };
  }
  return {
    status: 500,
    code: 'internal-error',
    message: 'Laurel failed to handle the request. The log of the server has the reason.',
  };
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
}

function refusal(error: FastifyError): { code: string; message: string } {
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return {
        code: 'unsupported-media-type',
        message: 'The Content-Type is not accepted here; send application/json.',
      };
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
      return { code: 'body-too-large', message: 'The body is larger than this endpoint takes; split it.' };
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return { code: 'invalid-json', message: 'The body is empty; send a JSON document.' };
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return { code: 'invalid-json', message: `The body is not JSON: ${error.message}` };
    default:
      return { code: 'bad-request', message: error.message };
  }
}
