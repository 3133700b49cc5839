import type { Config } from '../platform/config.ts';
import type { SecretBox } from '../platform/crypto/secret-box.ts';
import type { Database } from '../platform/db/database.ts';
import { inTransaction } from '../platform/db/transaction.ts';
import { newId } from '../platform/ids.ts';
import { randomKey, storeKey } from './api-keys.ts';

export interface FirstBoot {
  readonly workspaceId: string;
  readonly workspaceGuid: string;
  /** Keys that were made now at random: shown once, never again. */
  readonly madeKeys: { readonly apiKey?: string; readonly issuerKey?: string };
}

/**
 * Makes the workspace and its keys where there are none; keys given by the configuration are stored in any case, so
 * that a later start with a new value adds it.
 */
export async function firstBoot(
  db: Database,
  secrets: SecretBox,
  config: Pick<Config, 'workspaceGuid' | 'workspaceName' | 'apiKey' | 'issuerKey'>,
): Promise<FirstBoot> {
  return await inTransaction(db, async (tx) => {
    // Two first starts at once on one database: the second waits here, then finds the workspace made.
    await tx.selectFrom('workflow_registry').select('revision').forUpdate().execute();
    const existing = await tx
      .selectFrom('workspace')
      .select(['id', 'guid'])
      .orderBy('created_at')
      .executeTakeFirst();
    const workspace = existing ?? { id: newId(), guid: config.workspaceGuid ?? newId() };
    if (existing === undefined) {
      await tx
        .insertInto('workspace')
        .values({ ...workspace, name: config.workspaceName })
        .execute();
    }
    const madeKeys: { apiKey?: string; issuerKey?: string } = {};
    for (const [surface, configured] of [
      ['hub', config.apiKey],
      ['issuer', config.issuerKey],
    ] as const) {
      const key = configured ?? (existing === undefined ? randomKey(surface) : undefined);
      if (key === undefined) continue;
      await storeKey(tx, secrets, { workspaceId: workspace.id, surface, label: 'first start', key });
      if (configured === undefined) madeKeys[surface === 'hub' ? 'apiKey' : 'issuerKey'] = key;
    }
    return { workspaceId: workspace.id, workspaceGuid: workspace.guid, madeKeys };
  });
}
