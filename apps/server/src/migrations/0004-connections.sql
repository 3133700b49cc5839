-- Connections: envelope keys, limits that hold over all processes, health.

-- Secrets of a workspace are sealed under its data key, and the data key under the master key: a new master key touches
-- only these rows.
create table workspace_key (
  workspace_id uuid primary key,
  wrapped bytea not null,
  created_at timestamptz not null default now()
);

-- Tells a process that what it keeps of the connection is out of date. Two changes may fall on one `updated_at`.
alter table connection add column revision integer not null default 1;

-- Until when the replaced secret of a signature goes on signing.
alter table connection add column previous_secret_until timestamptz;

-- The permits that a paced connection has given out. `used` counts them by slot, a tenth of the window each, newest
-- first; `slot` numbers the newest since 1970. `holders` says which process may have how many requests under way, and
-- until when: {"<process>": {"slots": 2, "until": <ms since 1970>}}.
create table connection_window (
  workspace_id uuid not null,
  connection_id uuid not null,
  slot_ms bigint not null,
  slot bigint not null,
  used integer[] not null,
  holders jsonb not null,
  -- What the newest reservation was given; null before the first one.
  granted integer,
  primary key (workspace_id, connection_id)
);

-- Calls and failures by minute, newest first, and the breaker that follows from them. `openings` counts the openings
-- since it was last closed. While a probe is under way, until `probe_until` at the latest, no other one starts.
create table connection_health (
  workspace_id uuid not null,
  connection_id uuid not null,
  minute bigint not null,
  calls integer[] not null,
  failures integer[] not null,
  openings integer not null default 0,
  retry_at timestamptz,
  probe_until timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_failure text,
  primary key (workspace_id, connection_id)
);
