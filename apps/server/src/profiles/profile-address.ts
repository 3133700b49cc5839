import type { FastifyReply, FastifyRequest } from 'fastify';

import { holderOf } from '../access/index.ts';
import { sendHubError } from '../platform/http/hub-error.ts';
import type { Platform } from '../platform/platform.ts';
import { identifierProblem } from './identifiers.ts';
import type { ClientReference, IdentifierKind } from './identifiers.ts';
import { findProfile } from './profile-store.ts';
import type { Profile } from './profile-store.ts';

/** The addresses of a profile: `/v4/clients/12`, `/v4/clients/by-email/ada@example.org`, … */
const BY: Readonly<Record<string, IdentifierKind>> = {
  'by-email': 'email',
  'by-customid': 'customId',
  'by-custom-id': 'customId',
  'by-uuid': 'uuid',
};

export interface ClientParams {
  clientId: string;
}
export interface ByParams {
  by: string;
  value: string;
}

export interface ProfileAddress {
  readonly kind: IdentifierKind;
  readonly value: string;
}

/** What the path of a request addresses; undefined for a way of finding profiles that there is not. */
export function addressOf(params: ClientParams | ByParams): ProfileAddress | undefined {
  if ('clientId' in params) return { kind: 'id', value: params.clientId };
  const kind = BY[params.by];
  return kind === undefined ? undefined : { kind, value: params.value };
}

/** The address as a reference; undefined where nobody can have such an identifier. */
export function referenceOf({ kind, value }: ProfileAddress): ClientReference | undefined {
  if (identifierProblem(kind, value) !== undefined) return undefined;
  if (kind !== 'id') return { [kind]: value };
  return /^[1-9]\d{0,14}$/.test(value) ? { id: Number(value) } : undefined;
}

/** Calls `use` with the profile that the path addresses, or answers 404. */
export async function withProfile(
  { db }: Platform,
  request: FastifyRequest<{ Params: ClientParams | ByParams }>,
  reply: FastifyReply,
  use: (profile: Profile) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const address = addressOf(request.params);
  if (address === undefined) return sendUnknownWay(reply);
  const { workspaceId } = holderOf(request);
  const profile = referenceOf(address) && (await findProfile(db, workspaceId, address.kind, address.value));
  return profile === undefined ? sendNoProfile(reply, address) : await use(profile);
}

export function sendNoProfile(reply: FastifyReply, { kind }: ProfileAddress): FastifyReply {
  return sendHubError(reply, 404, `There is no profile with this ${kind}.`);
}

export function sendUnknownWay(reply: FastifyReply): FastifyReply {
  return sendHubError(reply, 404, `Profiles are found ${Object.keys(BY).join(', ')}.`);
}
