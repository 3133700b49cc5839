import { CompiledQuery, PostgresDialect, Transaction } from 'kysely';
import type { DatabaseConnection } from 'kysely';

import type { DB } from './database.gen.ts';
import type { Database, Tx } from './database.ts';

/** Builds statements and ends transactions; connections come from the database that a transaction runs on. */
const dialect = new PostgresDialect({
  pool: () => {
    throw new Error('a transaction has the connection of its database');
  },
});
const driver = dialect.createDriver();

/**
 * Runs `work` in one transaction on one connection. Statements that `work` issues together (`Promise.all`) are sent
 * together and executed in the order in which they were issued: Kysely's own transactions send one only after the
 * answer to the one before, which costs a round trip each. A statement that is issued after `work` has failed or
 * returned is refused, so that none runs outside of the transaction.
 */
export async function pipelinedTransaction<T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> {
  const executor = db.getExecutor();
  return await executor.provideConnection(async (connection) => {
    const lane = new Lane(connection);
    const tx = new Transaction<DB>({
      config: { dialect },
      dialect,
      driver,
      executor: executor.withConnectionProvider({ provideConnection: async (use) => await use(lane) }),
    });
    await connection.executeQuery(CompiledQuery.raw('begin'));
    try {
      const result = await work(tx);
      lane.close();
      await driver.commitTransaction(connection);
      return result;
    } catch (error) {
      lane.close();
      await driver.rollbackTransaction(connection);
      throw error;
    }
  });
}

/** A connection for as long as its transaction is open. */
class Lane implements DatabaseConnection {
  readonly #connection: DatabaseConnection;
  #open = true;
  #failure: unknown;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  close(): void {
    this.#open = false;
  }

  executeQuery: DatabaseConnection['executeQuery'] = async (query, options) => {
    if (!this.#open) throw new Error(`the transaction is over: ${query.sql.slice(0, 80)}`);
    try {
      return await this.#connection.executeQuery(query, options);
    } catch (error) {
      // What fails after the first failure only says that the transaction is aborted; of statements that were issued
      // together it may be heard of first, and whether the transaction is run again goes by the first failure.
      this.#failure ??= error;
      throw this.#failure;
    }
  };

  /** A cursor would hold up every statement behind it. */
  streamQuery: DatabaseConnection['streamQuery'] = () => {
    throw new Error('a transaction does not stream: read in pages');
  };
}
