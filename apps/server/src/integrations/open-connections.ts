import { connectionSettingsSchema } from '@laurel/contract';

import type { Platform } from '../platform/platform.ts';
import { unsealSecret } from './connection-secret.ts';
import { readForSending } from './connection-store.ts';
import type { SendingRow } from './connection-store.ts';
import type { ConnectionSecret, OpenConnection } from './connection.ts';

/** Most connections that are kept. One that is needed again is read and decrypted again. */
const MAX_KEPT = 1_000;

interface Kept {
  readonly connection: OpenConnection;
  readonly secret: ConnectionSecret | undefined;
}

/** Connections with their secrets, decrypted once for each revision. */
export class OpenConnections {
  readonly #platform: Platform;
  readonly #kept = new Map<string, Kept>();
  readonly #secrets = new WeakMap<OpenConnection, ConnectionSecret>();

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Reads connections in one query; those that do not exist are left out. */
  async open(
    workspaceId: string,
    ids: readonly string[],
  ): Promise<readonly { readonly connection: OpenConnection; readonly row: SendingRow }[]> {
    const rows = await readForSending(this.#platform.db, workspaceId, ids);
    return rows.map((row) => ({ connection: this.#keep(workspaceId, row).connection, row }));
  }

  /** Drops a connection that its workspace has no more; answers whether it was kept. */
  forget(workspaceId: string, id: string): boolean {
    const present = this.#kept.get(id);
    // Whoever asks for a connection of another workspace is told that there is none, and changes nothing by asking.
    if (present?.connection.workspaceId !== workspaceId) return false;
    return this.#kept.delete(id);
  }

  /** Undefined where the connection has none, or it could not be read. */
  secretOf(connection: OpenConnection): ConnectionSecret | undefined {
    return this.#secrets.get(connection);
  }

  #keep(workspaceId: string, row: SendingRow): Kept {
    const present = this.#kept.get(row.id);
    if (present?.connection.revision === row.revision) return present;
    const connection: OpenConnection = {
      workspaceId,
      id: row.id,
      name: row.name,
      revision: row.revision,
      settings: connectionSettingsSchema.parse(row.settings),
    };
    const secret = this.#unseal(connection, row);
    if (secret !== undefined) this.#secrets.set(connection, secret);
    const kept = { connection, secret };
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(row.id, kept);
    return kept;
  }

  /** One connection whose secret cannot be read is not to stop the batch of all others. */
  #unseal({ workspaceId, id }: OpenConnection, row: SendingRow): ConnectionSecret | undefined {
    try {
      return unsealSecret(this.#platform.secrets, workspaceId, row);
    } catch (error) {
      this.#platform.log.error(
        { err: error, workspaceId, connectionId: id },
        'the secret of a connection cannot be read: it was sealed under another master key, or was changed',
      );
      return undefined;
    }
  }
}
