import type { FastifyReply } from 'fastify';

/** RFC 9457: the error body of `/api`. */
export interface Problem {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  /** Which fields were refused and why. `field` is a path such as `spec.nodes[1].url`. */
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send({ type: 'about:blank', ...problem });
}
