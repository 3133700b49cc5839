import type { FastifyReply } from 'fastify';

/** One refused field of a request to the hub. */
export interface FieldError {
  readonly code?: number;
  /** Where: `client`, or `[3].client.email` in a batch. */
  readonly field: string;
  readonly message: string;
  readonly rejectedValue?: unknown;
}

const SUMMARY: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Longer rejected values are cut: the caller knows what it sent, and an echo is not a way to make us send much. */
const ECHO_LIMIT = 200;

/** Answers an error in the shape that the hub's compatible surface documents for every 4xx and 5xx. */
export function sendHubError(
  reply: FastifyReply,
  status: number,
  message: string,
  errors: readonly FieldError[] = [],
): FastifyReply {
  return reply.code(status).send({
    timestamp: new Date().toISOString(),
    status,
    error: SUMMARY[status] ?? 'Error',
    path: reply.request.url.split('?', 1)[0],
    message,
    errors: errors.map(({ code, field, message: text, rejectedValue }) => ({
      code: code ?? status,
      field,
      message: text,
      ...(rejectedValue !== undefined && { rejectedValue: shortened(rejectedValue) }),
    })),
  });
}

function shortened(value: unknown): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === undefined || text.length <= ECHO_LIMIT ? value : `${text.slice(0, ECHO_LIMIT)}…`;
}
