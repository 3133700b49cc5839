import { sql } from 'kysely';

import { uuids } from '../platform/db/array-parameters.ts';
import type { Queryable } from '../platform/db/database.ts';
import { BY_KEY } from '../platform/db/keep-plans.ts';
import { attributesOf } from '../profiles/index.ts';

interface ProfileRow {
  id: string;
  client_id: number;
  uuid: string | null;
  custom_id: string | null;
  email: string | null;
  attributes: unknown;
}

/** What `{{ customer.* }}` stands for, by the id of the profile. */
export type Customers = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** Reads profiles as templates see them, in one query. */
export async function loadCustomers(
  db: Queryable,
  profiles: readonly { readonly workspaceId: string; readonly profileId: string }[],
): Promise<Customers> {
  if (profiles.length === 0) return new Map();
  const { rows } = await sql<ProfileRow>`
    ${BY_KEY}
    select p.id, p.client_id, p.uuid, p.custom_id, p.email, p.attributes
    from unnest(
      ${uuids(profiles.map(({ workspaceId }) => workspaceId))}::uuid[],
      ${uuids(profiles.map(({ profileId }) => profileId))}::uuid[]) as j(workspace_id, profile_id)
    cross join lateral (
      select id, client_id, uuid, custom_id, email, attributes from profile
      where workspace_id = j.workspace_id and id = j.profile_id offset 0) p`.execute(db);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        ...attributesOf(row.attributes),
        clientId: row.client_id,
        ...(row.uuid !== null && { uuid: row.uuid }),
        ...(row.custom_id !== null && { customId: row.custom_id }),
        ...(row.email !== null && { email: row.email }),
      },
    ]),
  );
}
