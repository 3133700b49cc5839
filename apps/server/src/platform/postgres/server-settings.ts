import type { Address } from './address.ts';

/**
 * What a new cluster starts with, in its postgresql.conf, where an operator may change it. The memory is that of a
 * small machine; the rest suits batched writes: few, spread checkpoints, and page images that are compressed.
 */
const INITIAL: Readonly<Record<string, string>> = {
  shared_buffers: '128MB',
  max_connections: '100',
  min_wal_size: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  random_page_cost: '1.1',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** What the rest of Laurel relies on; nothing overrules it. */
const FIXED: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // An event that was answered is on disk. With 100 rows a commit it costs nothing measurable to keep it so.
  synchronous_commit: 'on',
  // To stderr, which is the log file.
  log_destination: 'stderr',
  logging_collector: 'off',
  // Without the rows that a failing statement was about: they are about people.
  log_error_verbosity: 'terse',
};

export function initialSettings(): string[] {
  return Object.entries(INITIAL).map(([name, value]) => `${name}=${value}`);
}

/** The command line's settings: those of the caller, then those that are fixed. */
export function runtimeSettings(address: Address, given: Readonly<Record<string, string>>): string[] {
  const listening = {
    port: String(address.port),
    // A list, in which a name in quotes may hold whatever it likes.
    unix_socket_directories:
      address.socketFolder === undefined ? '' : `"${address.socketFolder.replaceAll('"', '""')}"`,
  };
  return Object.entries({ ...given, ...FIXED, ...listening }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
}
