import { splitKey } from '@laurel/contract';
import type { Endpoint, EndpointInput, EndpointResponse, EndpointTable } from '@laurel/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';

import { sendProblem } from './problem.ts';
import type { Problem } from './problem.ts';

/** What a handler answers: a body of the endpoint's shape, or a problem. */
export type Answer<Body> =
  | { readonly kind: 'ok'; readonly body: Body; readonly headers: Headers }
  | { readonly kind: 'problem'; readonly problem: Problem; readonly headers: Headers };

type Headers = Readonly<Record<string, string>>;

/** A handler for every endpoint of a table. */
export type Handlers<Table extends EndpointTable> = {
  readonly [Key in keyof Table]: (
    input: EndpointInput<Table[Key]>,
    request: FastifyRequest,
  ) => Promise<Answer<EndpointResponse<Table[Key]>>>;
};

type AnyHandler = (
  input: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
  request: FastifyRequest,
) => Promise<Answer<unknown>>;

export function ok<Body>(body: Body, headers: Headers = {}): Answer<Body> {
  return { kind: 'ok', body, headers };
}

export function problem(problemBody: Problem, headers: Headers = {}): Answer<never> {
  return { kind: 'problem', problem: problemBody, headers };
}

/** `bodyLimit` in bytes, for the endpoints that take more than the server's default. */
export interface MountOptions {
  readonly bodyLimit?: number;
}

/**
 * Mounts a table of endpoints. Parameters, query and body are checked against their schemas before a handler sees
 * them; what does not fit is refused with every field named.
 */
export function mount<Table extends EndpointTable>(
  app: FastifyInstance,
  table: Table,
  handlers: Handlers<Table>,
  options: MountOptions = {},
): void {
  for (const [key, endpoint] of Object.entries(table)) {
    const { method, path } = splitKey(key);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the key ties a handler to the schemas that its input was just read by
    const handler = handlers[key] as unknown as AnyHandler;
    app.route({
      method,
      url: path,
      ...(options.bodyLimit !== undefined && { bodyLimit: options.bodyLimit }),
      handler: async (request, reply) => await handle(endpoint, handler, request, reply),
    });
  }
}

async function handle(
  endpoint: Endpoint,
  handler: AnyHandler,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const errors: { field: string; message: string }[] = [];
  const read = (schema: z.ZodType | undefined, value: unknown): unknown => {
    if (schema === undefined) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    errors.push(...parsed.error.issues.flatMap((issue) => fieldErrors(issue)));
    return undefined;
  };
  const input = {
    params: read(endpoint.params, request.params),
    query: read(endpoint.query, request.query),
    body: read(endpoint.body, request.body),
  };
  if (errors.length > 0) {
    return sendProblem(reply, {
      status: 400,
      code: 'invalid-request',
      title: 'The request is not valid.',
      errors,
    });
  }
  const answer = await handler(input, request);
  reply.headers(answer.headers);
  return answer.kind === 'ok' ? reply.send(answer.body) : sendProblem(reply, answer.problem);
}

function fieldErrors(issue: z.core.$ZodIssue): { field: string; message: string }[] {
  const path = fieldPath(issue.path);
  if (issue.code !== 'unrecognized_keys') return [{ field: path, message: issue.message }];
  return issue.keys.map((key) => ({
    field: path === '' ? key : `${path}.${key}`,
    message: 'is not a known field',
  }));
}

function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${String(part)}`),
    '',
  );
}
