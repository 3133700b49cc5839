import type { FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { storageProblem } from '../platform/db/storable-json.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import type { FieldError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import { clientBody } from './client-body.ts';
import { listProfiles, SORT_FIELDS } from './list-profiles.ts';
import { summary } from './upsert-answer.ts';

const DEFAULT_PAGE = 20;
const MAX_PAGE = 1_000;
/** A page deep in a list costs as much as all before it: who wants everything asks page by page for what changed. */
const MAX_DEPTH = 100_000;

/** The list of profiles: `pageIndex` from 0, `pageSize`, `sortBy`, `sortOrder` and filters, which are for equality. */
export async function sendList(
  { db }: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const errors: FieldError[] = [];
  const text = (name: string): string | undefined => {
    const value: unknown = Reflect.get(Object(request.query), name);
    if (value === undefined || value === '') return undefined;
    const message = typeof value === 'string' ? storageProblem(value)?.message : 'is there more than once';
    if (message !== undefined) errors.push({ field: name, message, rejectedValue: value });
    return typeof value === 'string' ? value : undefined;
  };
  const number = (name: string, otherwise: number, [min, max]: readonly [number, number]): number => {
    const value = text(name);
    const read = value === undefined ? otherwise : /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (read >= min && read <= max) return read;
    errors.push({ field: name, message: `must be ${min} to ${max}`, rejectedValue: value });
    return otherwise;
  };
  const oneOf = <Value extends string>(name: string, values: readonly Value[]): Value | undefined => {
    const value = text(name);
    const known = values.find((other) => other === value);
    if (value !== undefined && known === undefined) {
      errors.push({ field: name, message: `must be one of ${values.join(', ')}`, rejectedValue: value });
    }
    return known;
  };
  const limit = number('pageSize', DEFAULT_PAGE, [1, MAX_PAGE]);
  const query = {
    workspaceId: holderOf(request).workspaceId,
    anonymous: text('filters[anonymous]')?.toLowerCase() === 'true',
    email: text('filters[email]'),
    firstName: text('filters[firstName]'),
    lastName: text('filters[lastName]'),
    phone: text('filters[phone]'),
    sortBy: oneOf('sortBy', SORT_FIELDS),
    descending: oneOf('sortOrder', ['ASC', 'DESC']) === 'DESC',
    limit,
    offset: limit * number('pageIndex', 0, [0, Math.floor(MAX_DEPTH / limit)]),
  };
  if (errors.length > 0) return sendHubError(reply, 400, summary(errors), errors);
  return reply.send((await listProfiles(db, query)).map(clientBody));
}
