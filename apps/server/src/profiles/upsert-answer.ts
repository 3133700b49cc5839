import type { FastifyReply } from 'fastify';

import { sendHubError } from '../platform/http/hub-error.ts';
import type { FieldError } from '../platform/http/hub-error.ts';
import type { UpsertOutcome } from './upsert-profiles.ts';

const HINT = 'x-laurel-hint';

/** A phone number alone is taken by the other API; here it says nothing about who is meant. */
export const MISSING_IDENTIFIER: FieldError = {
  field: 'email',
  message: 'is missing: a profile is found or made by at least one of email, customId and uuid',
};

/** What a request is told whose profile could not be stored. */
export function sendRefused(
  reply: FastifyReply,
  outcome: Exclude<UpsertOutcome, { kind: 'stored' }>,
): FastifyReply {
  switch (outcome.kind) {
    case 'missing':
      return sendHubError(reply, 404, 'There is no such profile.');
    case 'conflict':
      return sendHubError(reply, 409, summary(outcome.errors), outcome.errors);
    case 'too-large':
      return sendHubError(reply, 400, summary(outcome.errors), outcome.errors);
  }
}

/** Reserved names are left out as the other API does it, but not in silence. They hold ASCII letters and "_" only. */
export function tellIgnored(reply: FastifyReply, ignored: Iterable<string>): void {
  const names = [...new Set(ignored)];
  if (names.length === 0) return;
  reply.header(HINT, `reserved names of attributes were ignored: ${names.join(', ')}`);
}

export function summary(errors: readonly FieldError[]): string {
  const [first, ...others] = errors;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return first === undefined ? 'The request is not valid.' : `${first.field} ${first.message}${more}`;
}
