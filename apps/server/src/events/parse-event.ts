import { storageProblem } from '../platform/db/storable-json.ts';
import type { FieldError } from '../platform/http/hub-error.ts';
import { IDENTIFIER_KINDS, identifierProblem } from '../profiles/index.ts';
import type { ClientReference } from '../profiles/index.ts';
import type { EventInput } from './event-input.ts';
import { parseInstant } from './parse-instant.ts';

export type ParsedEvent =
  | { readonly kind: 'valid'; readonly event: EventInput }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] };

/** Parameters that belong to the system: dropped where they are sent. Source: Synerise's SDK. */
const RESERVED_PARAMS = new Set(['modifiedBy', 'apiKey', 'eventUUID', 'ip', 'time', 'businessProfileId']);
/** Keeps the time that was sent where it lay in the future. */
const ORIGINAL_TIME = 'snr-original-time';
const ACTION = /^[a-zA-Z0-9._-]{1,32}$/;
const MAX_SALT = 255;

/**
 * Reads one event of `POST /v4/events/custom` or of a batch. `prefix` leads the names of fields in errors
 * (`[3].`). `label` is demanded and thrown away, as documented.
 */
export function parseEvent(body: unknown, receivedAt: Date, prefix = ''): ParsedEvent {
  if (!isObject(body)) {
    const field = prefix === '' ? 'body' : prefix.slice(0, -1);
    return { kind: 'invalid', errors: [{ field, message: 'must be a JSON object' }] };
  }
  const errors: FieldError[] = [];
  const refuse = (field: string, message: string, rejectedValue?: unknown): void => {
    errors.push({ field: `${prefix}${field}`, message, rejectedValue });
  };
  const { label, action, eventSalt } = body;
  if (typeof label !== 'string' || label === '') refuse('label', 'must be a non-empty string', label);
  if (typeof action !== 'string' || !ACTION.test(action)) {
    refuse('action', 'must be 1 to 32 letters, digits, ".", "-" or "_"', action);
  }
  if (
    eventSalt !== undefined &&
    (typeof eventSalt !== 'string' || eventSalt === '' || eventSalt.length > MAX_SALT)
  ) {
    refuse('eventSalt', `must be a string of 1 to ${MAX_SALT} characters`, eventSalt);
  }
  const saltProblem = storageProblem(eventSalt);
  if (saltProblem !== undefined) refuse('eventSalt', saltProblem.message);
  const client = parseClient(body['client'], refuse);
  const params = parseParams(body['params'], client, refuse);
  const claimedTime = parseTime(body['time'], receivedAt, refuse);
  if (errors.length > 0 || typeof action !== 'string' || client === undefined)
    return { kind: 'invalid', errors };
  const future = claimedTime.getTime() > receivedAt.getTime();
  if (future) params[ORIGINAL_TIME] = claimedTime.toISOString();
  return {
    kind: 'valid',
    event: {
      client,
      action,
      time: future ? receivedAt : claimedTime,
      claimedTime,
      params,
      salt: typeof eventSalt === 'string' ? eventSalt : undefined,
    },
  };
}

type Refuse = (field: string, message: string, rejectedValue?: unknown) => void;

function parseClient(value: unknown, refuse: Refuse): ClientReference | undefined {
  if (!isObject(value)) {
    refuse('client', 'must be an object with at least one of id, customId, uuid and email', value);
    return undefined;
  }
  const client: { id?: number; customId?: string; uuid?: string; email?: string } = {};
  const { id } = value;
  if (typeof id === 'number' && Number.isSafeInteger(id) && id > 0) client.id = id;
  else if (id !== undefined && id !== null) refuse('client.id', 'must be a positive integer', id);
  for (const kind of ['customId', 'uuid', 'email'] as const) {
    const text = value[kind];
    if (text === undefined || text === null) continue;
    const problem = typeof text === 'string' ? identifierProblem(kind, text) : 'must be a string';
    if (typeof text === 'string' && problem === undefined) client[kind] = text;
    else refuse(`client.${kind}`, problem ?? 'must be a string', text);
  }
  if (IDENTIFIER_KINDS.every((kind) => value[kind] === undefined || value[kind] === null)) {
    refuse('client', 'must have at least one of id, customId, uuid and email', value);
  }
  return client;
}

function parseParams(
  value: unknown,
  client: ClientReference | undefined,
  refuse: Refuse,
): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) {
    refuse('params', 'must be an object', value);
    return {};
  }
  const problem = storageProblem(value, 'params');
  if (problem !== undefined) refuse(problem.path, problem.message);
  const params = Object.fromEntries(Object.entries(value).filter(([name]) => !RESERVED_PARAMS.has(name)));
  const { email } = params;
  if (email !== undefined && client?.email !== undefined && !sameEmail(email, client.email)) {
    refuse('params.email', "must equal the profile's email", email);
  }
  return params;
}

function parseTime(value: unknown, receivedAt: Date, refuse: Refuse): Date {
  if (value === undefined || value === null) return receivedAt;
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (instant === undefined)
    refuse('time', 'must be an ISO 8601 date and time, such as 2026-11-24T09:30:00Z', value);
  return instant ?? receivedAt;
}

/** Whether a parameter `email` is the profile's, in any letter case. */
export function sameEmail(parameter: unknown, email: string): boolean {
  return typeof parameter === 'string' && parameter.trim().toLowerCase() === email.trim().toLowerCase();
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
