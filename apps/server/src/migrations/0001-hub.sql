-- Keys of events, profiles, runs and steps hold profile_id: it is the distribution column where the database is
-- distributed. No triggers, no sequences in hot paths, no foreign keys between the large tables.

create table numeric_id_block (
  kind text primary key,
  next_id bigint not null
);

create table workspace (
  id uuid primary key,
  guid uuid not null unique,
  name text not null,
  time_zone text not null default 'UTC',
  created_at timestamptz not null default now()
);

create table api_key (
  id uuid primary key,
  workspace_id uuid not null references workspace,
  surface text not null check (surface in ('hub', 'issuer')),
  label text not null,
  digest bytea not null unique,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

create table profile (
  workspace_id uuid not null,
  id uuid not null,
  client_id bigint not null,
  uuid text,
  custom_id text,
  email text,
  attributes jsonb not null default '{}',
  tags text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);

-- What a profile is found by. `value` is normalised (an e-mail in lower case); the row decides who owns it.
create table profile_identifier (
  workspace_id uuid not null,
  kind text not null check (kind in ('id', 'customId', 'uuid', 'email')),
  value text not null,
  profile_id uuid not null,
  primary key (workspace_id, kind, value)
);
create index profile_identifier_profile on profile_identifier (workspace_id, profile_id);

create table event_definition (
  workspace_id uuid not null,
  name text not null,
  display_name text not null,
  description text not null default '',
  origin text not null check (origin in ('applied', 'received', 'workflow', 'system')),
  created_at timestamptz not null default now(),
  primary key (workspace_id, name)
);

-- `time` is when it happened, `received_at` when it was accepted: partitions and retention go by the latter.
create table event (
  workspace_id uuid not null,
  profile_id uuid not null,
  received_at timestamptz not null,
  id uuid not null,
  action text not null,
  time timestamptz not null,
  params jsonb not null,
  source text not null check (source in ('api', 'workflow', 'system')),
  primary key (workspace_id, profile_id, received_at, id)
) partition by range (received_at);
create index event_timeline on event (workspace_id, profile_id, time);
create table event_default partition of event default;

create table event_salt (
  workspace_id uuid not null,
  profile_id uuid not null,
  action text not null,
  time timestamptz not null,
  salt text not null,
  event_id uuid not null,
  received_at timestamptz not null,
  primary key (workspace_id, profile_id, action, time, salt)
);

-- Requests with an Idempotency-Key: the key stands for one request, told apart by its digest.
create table ingest_key (
  workspace_id uuid not null,
  key text not null,
  request_digest bytea not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, key)
);

create table schema (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  tags text[] not null default '{}',
  fields jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, name)
);

create table catalog (
  workspace_id uuid not null,
  id bigint not null,
  name text not null,
  key_column text,
  columns text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, name)
);

create table catalog_item (
  workspace_id uuid not null,
  catalog_id bigint not null,
  item_key text not null,
  id bigint not null,
  value jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, catalog_id, item_key)
);
create index catalog_item_id on catalog_item (workspace_id, catalog_id, id);

-- `sealed` holds the secret settings, encrypted under the master key.
create table connection (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  settings jsonb not null,
  sealed bytea,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, name)
);

create table workflow (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  status text not null check (status in ('draft', 'active', 'paused', 'stopped')),
  newest_version integer not null,
  active_version integer,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, name)
);

create table workflow_version (
  workspace_id uuid not null,
  workflow_id uuid not null,
  version integer not null,
  definition jsonb not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, workflow_id, version)
);

-- One row; its revision moves with every change of an active workflow, so that each process sees it in the
-- transaction in which it matches triggers.
create table workflow_registry (
  singleton boolean primary key default true check (singleton),
  revision bigint not null
);
insert into workflow_registry (revision) values (1);

create table run (
  workspace_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  workflow_id uuid not null,
  version integer not null,
  state text not null check (state in ('running', 'finished', 'skipped', 'failed', 'cancelled')),
  reason text,
  event_id uuid not null,
  event_received_at timestamptz not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  primary key (workspace_id, profile_id, id)
);
create index run_workflow on run (workspace_id, workflow_id, started_at);
create index run_id on run (workspace_id, id);

create table run_step (
  workspace_id uuid not null,
  profile_id uuid not null,
  run_id uuid not null,
  id uuid not null,
  node_id text not null,
  node_type text not null,
  state text not null check (state in ('queued', 'sending', 'checking', 'succeeded', 'failed', 'skipped')),
  reason text,
  entered_at timestamptz not null,
  left_at timestamptz,
  primary key (workspace_id, profile_id, run_id, id)
);

-- The intent is written before a request leaves, the outcome after: a row with no `outcome` is a request whose
-- fate is unknown.
create table attempt (
  workspace_id uuid not null,
  profile_id uuid not null,
  run_id uuid not null,
  step_id uuid not null,
  number integer not null,
  method text not null,
  url text not null,
  headers jsonb not null,
  body text,
  sent_at timestamptz not null,
  outcome text check (outcome in ('answered', 'not-sent', 'unknown', 'reconciled')),
  status integer,
  response text,
  response_truncated boolean,
  error text,
  duration_ms double precision,
  primary key (workspace_id, profile_id, run_id, step_id, number)
);

-- Counters by minute. `slot` spreads concurrent writers over rows, so that they do not wait for each other.
create table node_minute (
  workspace_id uuid not null,
  workflow_id uuid not null,
  version integer not null,
  node_id text not null,
  minute timestamptz not null,
  slot smallint not null,
  entered bigint not null default 0,
  executed bigint not null default 0,
  succeeded bigint not null default 0,
  failed bigint not null default 0,
  skipped bigint not null default 0,
  primary key (workspace_id, workflow_id, version, node_id, minute, slot)
);

-- Who was issued what by which run: it outlives every retention.
create table issuance (
  workspace_id uuid not null,
  profile_id uuid not null,
  run_id uuid not null,
  step_id uuid not null,
  workflow_id uuid not null,
  event_id uuid not null,
  url text not null,
  recipient_email text,
  group_reference text,
  credential_reference text,
  credential_url text,
  issued_at timestamptz not null,
  primary key (workspace_id, profile_id, run_id, step_id)
);
