import { sql } from 'kysely';

import type { Queryable, Tx } from '../platform/db/database.ts';
import type { Claim, Claimed, ClaimedBy } from './claims.ts';
import { isRecord } from './loose-body.ts';
import type { Loose } from './loose-body.ts';

export interface Recipient {
  readonly name: string;
  readonly email: string;
  readonly id: string | null;
  readonly phoneNumber: string | null;
  readonly metaData: Loose | null;
}

export interface Credential {
  readonly workspaceId: string;
  readonly id: number;
  readonly uuid: string;
  readonly encodedId: string;
  readonly licenseId: string | null;
  readonly groupId: number;
  readonly recipient: Recipient;
  readonly name: string;
  readonly description: string;
  readonly courseLink: string | null;
  readonly approve: boolean;
  /** YYYY-MM-DD */
  readonly issuedOn: string;
  readonly expiredOn: string | null;
  readonly details: Loose;
  /** The signed document; null for a draft. */
  readonly document: unknown;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface Row {
  workspace_id: string;
  id: number;
  uuid: string;
  encoded_id: string;
  license_id: string | null;
  group_id: number;
  recipient: unknown;
  name: string;
  description: string;
  course_link: string | null;
  approve: boolean;
  issued_on: string;
  expired_on: string | null;
  details: unknown;
  document: unknown;
  created_at: Date;
  updated_at: Date;
}

/** Days as text: a date of the driver is midnight in the zone of this machine. */
const COLUMNS = sql<Row>`workspace_id, id, uuid, encoded_id, license_id, group_id, recipient, name, description, course_link,
  approve, issued_on::text as issued_on, expired_on::text as expired_on, details, document, created_at, updated_at`;

function credentialOf(row: Row): Credential {
  const recipient = isRecord(row.recipient) ? row.recipient : {};
  const text = (name: string): string | null =>
    typeof recipient[name] === 'string' ? recipient[name] : null;
  return {
    workspaceId: row.workspace_id,
    id: row.id,
    uuid: row.uuid,
    encodedId: row.encoded_id,
    licenseId: row.license_id,
    groupId: row.group_id,
    recipient: {
      name: text('name') ?? '',
      email: text('email') ?? '',
      id: text('id'),
      phoneNumber: text('phoneNumber'),
      metaData: isRecord(recipient['metaData']) ? recipient['metaData'] : null,
    },
    name: row.name,
    description: row.description,
    courseLink: row.course_link,
    approve: row.approve,
    issuedOn: row.issued_on,
    expiredOn: row.expired_on,
    details: isRecord(row.details) ? row.details : {},
    document: row.document,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** By the internal number, the caller's own id, the uuid or the encoded id. The caller's own id comes first. */
export async function findCredential(
  db: Queryable,
  workspaceId: string,
  reference: string,
): Promise<Credential | undefined> {
  const number = /^\d{1,15}$/.test(reference) ? Number(reference) : null;
  const uuid = UUID.test(reference) ? reference : null;
  const { rows } = await sql<Row>`
    select ${COLUMNS} from credential
    where workspace_id = ${workspaceId} and deleted_at is null
      and (license_id = ${reference} or id = ${number}::bigint or uuid = ${uuid}::uuid or encoded_id = ${reference})
    order by (license_id = ${reference}) desc nulls last limit 1`.execute(db);
  return rows[0] && credentialOf(rows[0]);
}

export type PublicCredential =
  | { readonly kind: 'found'; readonly credential: Credential }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'unknown' };

/** What anyone may see by the unguessable uuid: a published credential, or that it was deleted. */
export async function findPublicCredential(db: Queryable, uuid: string): Promise<PublicCredential> {
  if (!UUID.test(uuid)) return { kind: 'unknown' };
  const { rows } = await sql<Row & { deleted_at: Date | null }>`
    select ${COLUMNS}, deleted_at from credential where uuid = ${uuid}`.execute(db);
  const [row] = rows;
  if (row === undefined) return { kind: 'unknown' };
  if (row.deleted_at !== null) return { kind: 'deleted' };
  return row.approve ? { kind: 'found', credential: credentialOf(row) } : { kind: 'unknown' };
}

export interface CredentialQuery {
  readonly workspaceId: string;
  readonly groupId?: number | undefined;
  readonly email?: string | undefined;
  readonly recipientId?: string | undefined;
  readonly licenseId?: string | undefined;
  readonly issuedFrom?: string | undefined;
  readonly issuedTo?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

export async function searchCredentials(
  db: Queryable,
  query: CredentialQuery,
): Promise<{ credentials: Credential[]; total: number }> {
  const parts = [sql`workspace_id = ${query.workspaceId}`, sql`deleted_at is null`];
  if (query.groupId !== undefined) parts.push(sql`group_id = ${query.groupId}`);
  if (query.email !== undefined) parts.push(sql`email_key = ${emailKey(query.email)}`);
  if (query.recipientId !== undefined) parts.push(sql`recipient->>'id' = ${query.recipientId}`);
  if (query.licenseId !== undefined) parts.push(sql`license_id = ${query.licenseId}`);
  if (query.issuedFrom !== undefined) parts.push(sql`issued_on >= ${query.issuedFrom}::date`);
  if (query.issuedTo !== undefined) parts.push(sql`issued_on <= ${query.issuedTo}::date`);
  const where = sql.join(parts, sql` and `);
  const { rows } = await sql<Row>`
    select ${COLUMNS} from credential where ${where} order by id limit ${query.limit} offset ${query.offset}`.execute(
    db,
  );
  const count = await sql<{
    total: number;
  }>`select count(*)::bigint as total from credential where ${where}`.execute(db);
  return { credentials: rows.map(credentialOf), total: count.rows[0]?.total ?? 0 };
}

/** First-party clients lower the case of an e-mail before they send it, so it is compared in lower case. */
export function emailKey(email: string): string {
  return email.trim().toLowerCase();
}

/** The credentials that have what the claims name. */
export async function findClaimed(
  db: Queryable,
  workspaceId: string,
  claims: readonly Claim[],
): Promise<Claimed[]> {
  const licenseIds = claims.flatMap(({ licenseId }) => licenseId ?? []);
  const recipients = claims.filter(({ once }) => once);
  if (licenseIds.length + recipients.length === 0) return [];
  // Two look-ups, each by its index: with "or" between them it would be a scan.
  const { rows } = await sql<Row & { by: ClaimedBy }>`
    select ${COLUMNS}, 'reference' as by from credential
    where workspace_id = ${workspaceId} and deleted_at is null and license_id = any(${licenseIds}::text[])
    union all
    select ${COLUMNS}, 'recipient' as by from credential
    join unnest(
      ${recipients.map(({ groupId }) => groupId)}::bigint[],
      ${recipients.map(({ email }) => emailKey(email))}::text[]) as w(wanted_group, wanted_key)
      on group_id = wanted_group and duplicate_key = wanted_key
    where workspace_id = ${workspaceId} and deleted_at is null`.execute(db);
  return rows.map((row) => ({ by: row.by, credential: credentialOf(row) }));
}

/**
 * Inserts credentials and answers the ids of those that were: the unique constraints decide about the others, also among
 * transactions at the same moment. Sorted, so that two batches never wait for each other in turn.
 */
export async function insertCredentials(
  tx: Tx,
  credentials: readonly { readonly credential: Credential; readonly claim: Claim }[],
): Promise<ReadonlySet<number>> {
  if (credentials.length === 0) return new Set();
  const sorted = credentials
    .map(({ credential, claim }) => ({
      ...credential,
      key: emailKey(credential.recipient.email),
      once: claim.once,
    }))
    .toSorted((a, b) => a.groupId - b.groupId || (a.key < b.key ? -1 : 1));
  const { rows } = await sql<{ id: number }>`
    insert into credential (workspace_id, id, uuid, encoded_id, license_id, group_id, recipient, email_key, duplicate_key,
      name, description, course_link, approve, issued_on, expired_on, details, document, created_at, updated_at)
    select * from unnest(
      ${sorted.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${sorted.map(({ id }) => id)}::bigint[],
      ${sorted.map(({ uuid }) => uuid)}::uuid[],
      ${sorted.map(({ encodedId }) => encodedId)}::text[],
      ${sorted.map(({ licenseId }) => licenseId)}::text[],
      ${sorted.map(({ groupId }) => groupId)}::bigint[],
      ${sorted.map(({ recipient }) => JSON.stringify(recipient))}::jsonb[],
      ${sorted.map(({ key }) => key)}::text[],
      ${sorted.map(({ key, once }) => (once ? key : null))}::text[],
      ${sorted.map(({ name }) => name)}::text[],
      ${sorted.map(({ description }) => description)}::text[],
      ${sorted.map(({ courseLink }) => courseLink)}::text[],
      ${sorted.map(({ approve }) => approve)}::boolean[],
      ${sorted.map(({ issuedOn }) => issuedOn)}::date[],
      ${sorted.map(({ expiredOn }) => expiredOn)}::date[],
      ${sorted.map(({ details }) => JSON.stringify(details))}::jsonb[],
      ${sorted.map(({ document }) => jsonOrNull(document))}::jsonb[],
      ${sorted.map(({ createdAt }) => createdAt.toISOString())}::timestamptz[],
      ${sorted.map(({ updatedAt }) => updatedAt.toISOString())}::timestamptz[])
    on conflict do nothing returning id`.execute(tx);
  return new Set(rows.map(({ id }) => id));
}

/** Holds a credential until the transaction ends; undefined where it is not there or deleted. */
export async function lockCredential(
  tx: Tx,
  workspaceId: string,
  id: number,
): Promise<Credential | undefined> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from credential
    where workspace_id = ${workspaceId} and id = ${id} and deleted_at is null for update`.execute(tx);
  return rows[0] && credentialOf(rows[0]);
}

/** Writes what may change of a credential that the transaction holds. A violated constraint is thrown. */
export async function saveCredential(
  tx: Tx,
  credential: Credential,
  allowDuplicates: boolean,
): Promise<void> {
  const key = emailKey(credential.recipient.email);
  await sql`
    update credential set group_id = ${credential.groupId}, recipient = ${JSON.stringify(credential.recipient)},
      email_key = ${key}, duplicate_key = ${allowDuplicates ? null : key}, name = ${credential.name},
      description = ${credential.description}, course_link = ${credential.courseLink}, approve = ${credential.approve},
      issued_on = ${credential.issuedOn}, expired_on = ${credential.expiredOn}, details = ${JSON.stringify(credential.details)},
      document = ${jsonOrNull(credential.document)}, updated_at = ${credential.updatedAt}
    where workspace_id = ${credential.workspaceId} and id = ${credential.id}`.execute(tx);
}

function jsonOrNull(document: unknown): string | null {
  return document === null ? null : JSON.stringify(document);
}

/** Deletes a credential: personal data and document go, a row stays that says so. */
export async function eraseCredential(tx: Tx, now: Date, workspaceId: string, id: number): Promise<void> {
  await sql`
    update credential set recipient = null, email_key = null, duplicate_key = null, license_id = null, document = null,
      name = '', description = '', course_link = null, details = '{}', deleted_at = ${now}, updated_at = ${now}
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export async function countCredentials(db: Queryable, workspaceId: string, groupId: number): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select count(*)::bigint as total from credential
    where workspace_id = ${workspaceId} and group_id = ${groupId} and deleted_at is null`.execute(db);
  return rows[0]?.total ?? 0;
}
