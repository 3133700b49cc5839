import { sql } from 'kysely';

import type { Queryable } from '../platform/db/database.ts';
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
    select p.id, p.client_id, p.uuid, p.custom_id, p.email, p.attributes
    from unnest(
      ${profiles.map(({ workspaceId }) => workspaceId)}::uuid[],
      ${profiles.map(({ profileId }) => profileId)}::uuid[]) as j(workspace_id, profile_id)
    join profile p on p.workspace_id = j.workspace_id and p.id = j.profile_id`.execute(db);
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
