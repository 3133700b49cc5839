import type { ConnectionSettings, ConnectionSpec } from '@laurel/contract';

import { BOX_FORMATS } from '../platform/crypto/sealed-box.ts';
import type { SecretBox } from '../platform/crypto/secret-box.ts';
import { unwrapWorkspaceKey } from '../platform/crypto/workspace-key.ts';
import type { WorkspaceKey } from '../platform/crypto/workspace-key.ts';
import type { ConnectionSecret } from './connection.ts';
import { hostsWithin } from './host-pattern.ts';

const HOUR_MS = 60 * 60 * 1_000;

/** The field of a spec that holds the secret, by kind. */
export const SECRET_FIELDS = {
  none: undefined,
  basic: 'password',
  token: 'token',
  'api-key': 'key',
  oauth2: 'clientSecret',
  signature: 'secret',
} as const satisfies Record<ConnectionSettings['authentication'], string | undefined>;

/** Divides what is written into what may be shown and what may not. */
export function splitSpec(spec: ConnectionSpec): {
  readonly settings: ConnectionSettings;
  readonly secret: string | undefined;
} {
  switch (spec.authentication) {
    case 'none':
      return { settings: spec, secret: undefined };
    case 'basic': {
      const { password: secret, ...settings } = spec;
      return { settings, secret };
    }
    case 'token': {
      const { token: secret, ...settings } = spec;
      return { settings, secret };
    }
    case 'api-key': {
      const { key: secret, ...settings } = spec;
      return { settings, secret };
    }
    case 'oauth2': {
      const { clientSecret: secret, ...settings } = spec;
      return { settings, secret };
    }
    case 'signature': {
      const { secret, ...settings } = spec;
      return { settings, secret };
    }
  }
}

export interface StoredConnection {
  readonly settings: ConnectionSettings;
  readonly secret: ConnectionSecret | undefined;
}

export type SecretOutcome =
  | { readonly kind: 'kept'; readonly secret: ConnectionSecret | undefined }
  /** `why` goes on from the name of the field. */
  | { readonly kind: 'missing'; readonly why: string };

/**
 * The secret that a connection has after a change. Absent keeps the present one, unless the change would send it to
 * where it could not go before: whoever may change a connection may not thereby learn its secret.
 */
export function secretAfter(
  before: StoredConnection | undefined,
  settings: ConnectionSettings,
  given: string | undefined,
  now: Date,
): SecretOutcome {
  if (settings.authentication === 'none') return { kind: 'kept', secret: undefined };
  const same = before?.settings.authentication === settings.authentication ? before : undefined;
  const present = same?.secret && withoutExpired(same.secret, now);
  if (given === undefined) {
    if (same === undefined || present === undefined)
      return { kind: 'missing', why: 'is needed when a connection is made or changes its kind' };
    return widens(same.settings, settings)
      ? { kind: 'missing', why: 'is needed again, since it may now go to another host' }
      : { kind: 'kept', secret: present };
  }
  if (given === present?.value) return { kind: 'kept', secret: present };
  const hours = settings.authentication === 'signature' ? settings.rotationHours : 0;
  const previous =
    present === undefined || hours === 0
      ? undefined
      : { value: present.value, until: new Date(now.getTime() + hours * HOUR_MS) };
  return { kind: 'kept', secret: { value: given, previous } };
}

function withoutExpired(secret: ConnectionSecret, now: Date): ConnectionSecret {
  return secret.previous !== undefined && secret.previous.until <= now
    ? { ...secret, previous: undefined }
    : secret;
}

function widens(before: ConnectionSettings, after: ConnectionSettings): boolean {
  if (!hostsWithin(after.hosts, before.hosts)) return true;
  return (
    before.authentication === 'oauth2' &&
    after.authentication === 'oauth2' &&
    new URL(before.tokenUrl).origin !== new URL(after.tokenUrl).origin
  );
}

const purposeOf = (workspaceId: string, id: string): string => `connection ${workspaceId} ${id}`;

/** Seals a secret for the row of its connection. */
export function sealSecret(
  key: WorkspaceKey,
  workspaceId: string,
  id: string,
  { value, previous }: ConnectionSecret,
): Buffer {
  return key.seal(JSON.stringify({ value, previous: previous?.value }), purposeOf(workspaceId, id));
}

/** The columns of a connection that its secret is read from. */
export interface SealedColumns {
  readonly id: string;
  readonly sealed: Buffer | null;
  readonly previous_secret_until: Date | null;
  /** The workspace's key; null where the workspace has none yet. */
  readonly wrapped: Buffer | null;
}

/** The secret of a row. Throws where it was moved, changed, or sealed under another master key. */
export function unsealSecret(
  secrets: SecretBox,
  workspaceId: string,
  row: SealedColumns,
): ConnectionSecret | undefined {
  const { id, sealed, wrapped, previous_secret_until: until } = row;
  if (sealed === null) return undefined;
  // The first rows were sealed under the master key, and held a token.
  if (sealed[0] === BOX_FORMATS.masterKey)
    return { value: secrets.open(sealed, purposeOf(workspaceId, id)), previous: undefined };
  if (wrapped === null) throw new Error(`workspace ${workspaceId} has lost its key`);
  const key = unwrapWorkspaceKey(secrets, workspaceId, wrapped);
  const stored: unknown = JSON.parse(key.open(sealed, purposeOf(workspaceId, id)));
  const value: unknown = Reflect.get(Object(stored), 'value');
  const previous: unknown = Reflect.get(Object(stored), 'previous');
  if (typeof value !== 'string') throw new Error(`the secret of connection ${id} has an unknown shape`);
  return {
    value,
    previous: typeof previous === 'string' && until !== null ? { value: previous, until } : undefined,
  };
}
