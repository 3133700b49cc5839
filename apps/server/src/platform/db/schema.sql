create table api_key (
  id uuid not null,
  workspace_id uuid not null,
  surface text not null,
  label text not null,
  digest bytea not null,
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  UNIQUE (digest),
  PRIMARY KEY (id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(id),
  CHECK ((surface = ANY (ARRAY['hub'::text, 'issuer'::text])))
);

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
  sent_at timestamp with time zone not null,
  outcome text,
  status integer,
  response text,
  response_truncated boolean,
  error text,
  duration_ms double precision,
  expires_at timestamp with time zone not null,
  timings jsonb,
  response_headers jsonb,
  PRIMARY KEY (workspace_id, profile_id, run_id, step_id, number),
  CHECK ((outcome = ANY (ARRAY['answered'::text, 'not-sent'::text, 'refused'::text, 'unknown'::text, 'reconciled'::text])))
);

create table audience_run (
  workspace_id uuid not null,
  id uuid not null,
  workflow_id uuid not null,
  version integer not null,
  node_id text not null,
  due_at timestamp with time zone not null,
  state text not null,
  reason text,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  cursor uuid,
  started_runs bigint not null default 0,
  PRIMARY KEY (workspace_id, id),
  CHECK ((state = ANY (ARRAY['scheduled'::text, 'running'::text, 'finished'::text, 'cancelled'::text, 'failed'::text])))
);
CREATE UNIQUE INDEX audience_run_due ON public.audience_run USING btree (workspace_id, workflow_id, node_id, due_at);
CREATE INDEX audience_run_workflow ON public.audience_run USING btree (workspace_id, workflow_id, state);

create table catalog (
  workspace_id uuid not null,
  id bigint not null,
  name text not null,
  key_column text,
  columns text[] not null default '{}'::text[],
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  UNIQUE (workspace_id, name),
  PRIMARY KEY (workspace_id, id)
);

create table catalog_item (
  workspace_id uuid not null,
  catalog_id bigint not null,
  item_key text not null,
  id bigint not null,
  value jsonb not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  PRIMARY KEY (workspace_id, catalog_id, item_key)
);
CREATE INDEX catalog_item_id ON public.catalog_item USING btree (workspace_id, catalog_id, id);

create table connection (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  settings jsonb not null,
  sealed bytea,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  revision integer not null default 1,
  previous_secret_until timestamp with time zone,
  UNIQUE (workspace_id, name),
  PRIMARY KEY (workspace_id, id)
);

create table connection_health (
  workspace_id uuid not null,
  connection_id uuid not null,
  minute bigint not null,
  calls integer[] not null,
  failures integer[] not null,
  openings integer not null default 0,
  retry_at timestamp with time zone,
  probe_until timestamp with time zone,
  last_success_at timestamp with time zone,
  last_failure_at timestamp with time zone,
  last_failure text,
  PRIMARY KEY (workspace_id, connection_id)
);

create table connection_window (
  workspace_id uuid not null,
  connection_id uuid not null,
  slot_ms bigint not null,
  slot bigint not null,
  used integer[] not null,
  holders jsonb not null,
  granted integer,
  PRIMARY KEY (workspace_id, connection_id)
);

create table credential (
  workspace_id uuid not null,
  id bigint not null,
  uuid uuid not null,
  encoded_id text not null,
  license_id text,
  group_id bigint not null,
  recipient jsonb,
  email_key text,
  duplicate_key text,
  name text not null,
  description text not null,
  course_link text,
  approve boolean not null,
  issued_on date not null,
  expired_on date,
  details jsonb not null default '{}'::jsonb,
  document jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  UNIQUE (encoded_id),
  UNIQUE (uuid),
  UNIQUE (workspace_id, group_id, duplicate_key),
  UNIQUE (workspace_id, license_id),
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX credential_email ON public.credential USING btree (workspace_id, email_key);
CREATE INDEX credential_group_id ON public.credential USING btree (workspace_id, group_id);

create table credential_group (
  workspace_id uuid not null,
  id bigint not null,
  name text not null,
  course_name text not null,
  course_description text not null,
  course_link text,
  allow_duplicates boolean not null default false,
  details jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX credential_group_name ON public.credential_group USING btree (workspace_id, name);

create table event (
  workspace_id uuid not null,
  profile_id uuid not null,
  received_at timestamp with time zone not null,
  id uuid not null,
  action text not null,
  time timestamp with time zone not null,
  params jsonb not null,
  source text not null,
  PRIMARY KEY (workspace_id, profile_id, received_at, id),
  CHECK ((source = ANY (ARRAY['api'::text, 'workflow'::text, 'system'::text])))
) partition by RANGE (received_at);
CREATE INDEX event_timeline ON ONLY public.event USING btree (workspace_id, profile_id, "time");

create table event_definition (
  workspace_id uuid not null,
  name text not null,
  display_name text not null,
  description text not null default ''::text,
  origin text not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (workspace_id, name),
  CHECK ((origin = ANY (ARRAY['applied'::text, 'received'::text, 'workflow'::text, 'system'::text])))
);

create table event_salt (
  workspace_id uuid not null,
  profile_id uuid not null,
  action text not null,
  time timestamp with time zone not null,
  salt text not null,
  event_id uuid not null,
  received_at timestamp with time zone not null,
  PRIMARY KEY (workspace_id, profile_id, action, "time", salt)
);

create table event_wait (
  workspace_id uuid not null,
  profile_id uuid not null,
  action text not null,
  step_id uuid not null,
  run_id uuid not null,
  node_id text not null,
  PRIMARY KEY (workspace_id, profile_id, action, step_id)
);

create table ingest_key (
  workspace_id uuid not null,
  key text not null,
  request_digest bytea not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (workspace_id, key)
);

create table issuance (
  workspace_id uuid not null,
  profile_id uuid not null,
  run_id uuid not null,
  step_id uuid not null,
  workflow_id uuid not null,
  event_id uuid,
  url text,
  recipient_email text,
  group_reference text,
  credential_reference text,
  credential_url text,
  issued_at timestamp with time zone not null,
  certification text,
  policy text,
  state text not null default 'issued'::text,
  occurrence integer not null default 1,
  PRIMARY KEY (workspace_id, profile_id, run_id, step_id),
  CHECK ((policy = ANY (ARRAY['skip'::text, 'update'::text, 'reissue'::text, 'renew'::text]))),
  CHECK ((state = ANY (ARRAY['pending'::text, 'issued'::text, 'failed'::text])))
);
CREATE UNIQUE INDEX issuance_pass ON public.issuance USING btree (workspace_id, profile_id, certification, policy, occurrence) WHERE ((certification IS NOT NULL) AND (state <> 'failed'::text));

create table issuer (
  workspace_id uuid not null,
  number bigint not null,
  name text not null,
  issuer_id text not null,
  public_key text not null,
  sealed_key bytea not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (workspace_id)
);

create table mail (
  workspace_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  workflow_id uuid,
  run_id uuid,
  step_id uuid,
  name text,
  from_address text,
  from_name text,
  to_address text not null,
  to_name text,
  reply_to text,
  subject text not null,
  html text,
  text text,
  message_id text,
  state text not null,
  attempts integer not null default 0,
  next_attempt_at timestamp with time zone,
  last_error text,
  created_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  PRIMARY KEY (workspace_id, profile_id, id),
  CHECK ((state = ANY (ARRAY['queued'::text, 'sending'::text, 'sent'::text, 'failed'::text, 'held'::text])))
);
CREATE INDEX mail_id ON public.mail USING btree (workspace_id, id);
CREATE INDEX mail_state ON public.mail USING btree (workspace_id, state, id);

create table migration (
  number integer not null,
  name text not null,
  digest text not null,
  applied_at timestamp with time zone not null default now(),
  PRIMARY KEY (number)
);

create table node_minute (
  workspace_id uuid not null,
  workflow_id uuid not null,
  version integer not null,
  node_id text not null,
  minute timestamp with time zone not null,
  slot smallint not null,
  entered bigint not null default 0,
  executed bigint not null default 0,
  succeeded bigint not null default 0,
  failed bigint not null default 0,
  skipped bigint not null default 0,
  PRIMARY KEY (workspace_id, workflow_id, version, node_id, minute, slot)
);

create table node_use (
  workspace_id uuid not null,
  profile_id uuid not null,
  workflow_id uuid not null,
  node_id text not null,
  period_start timestamp with time zone not null,
  asked integer not null,
  PRIMARY KEY (workspace_id, profile_id, workflow_id, node_id, period_start)
);

create table numeric_id_block (
  kind text not null,
  next_id bigint not null,
  PRIMARY KEY (kind)
);

create table parked_step (
  workspace_id uuid not null,
  workflow_id uuid not null,
  profile_id uuid not null,
  run_id uuid not null,
  step_id uuid not null,
  PRIMARY KEY (workspace_id, workflow_id, profile_id, run_id, step_id)
);

create table profile (
  workspace_id uuid not null,
  id uuid not null,
  client_id bigint not null,
  uuid text,
  custom_id text,
  email text,
  attributes jsonb not null default '{}'::jsonb,
  tags text[] not null default '{}'::text[],
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  PRIMARY KEY (workspace_id, id)
);

create table profile_identifier (
  workspace_id uuid not null,
  kind text not null,
  value text not null,
  profile_id uuid not null,
  PRIMARY KEY (workspace_id, kind, value),
  CHECK ((kind = ANY (ARRAY['id'::text, 'customId'::text, 'uuid'::text, 'email'::text])))
);
CREATE INDEX profile_identifier_profile ON public.profile_identifier USING btree (profile_id, workspace_id);

create table profile_tag (
  workspace_id uuid not null,
  id bigint not null,
  name text not null,
  color text not null default '#4263eb'::text,
  created_at timestamp with time zone not null default now(),
  UNIQUE (workspace_id, name),
  PRIMARY KEY (workspace_id, id)
);

create table publication (
  workspace_id uuid not null,
  workflow_id uuid not null,
  id uuid not null,
  version integer not null,
  note text not null,
  published_at timestamp with time zone not null,
  runs_inside text not null,
  cursor uuid,
  moved bigint not null default 0,
  stayed bigint not null default 0,
  stopped bigint not null default 0,
  settled_at timestamp with time zone,
  PRIMARY KEY (workspace_id, workflow_id, id),
  CHECK ((runs_inside = ANY (ARRAY['finish'::text, 'move'::text, 'stop'::text])))
);
CREATE UNIQUE INDEX publication_unsettled ON public.publication USING btree (workspace_id, workflow_id) WHERE (settled_at IS NULL);

create table replay (
  workspace_id uuid not null,
  id uuid not null,
  digest bytea not null,
  created_at timestamp with time zone not null,
  cursor_started_at timestamp with time zone,
  cursor_id uuid,
  started bigint not null default 0,
  refused jsonb not null default '[]'::jsonb,
  more boolean not null default false,
  finished_at timestamp with time zone,
  PRIMARY KEY (workspace_id, id)
);

create table run (
  workspace_id uuid not null,
  profile_id uuid not null,
  id uuid not null,
  workflow_id uuid not null,
  version integer not null,
  state text not null,
  reason text,
  event_id uuid,
  event_received_at timestamp with time zone,
  started_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  trigger_node_id text not null,
  deadline_at timestamp with time zone not null,
  stop_reason text,
  stopped_at timestamp with time zone,
  replay_of uuid,
  fingerprint text,
  test boolean not null default false,
  PRIMARY KEY (workspace_id, profile_id, id),
  CHECK ((state = ANY (ARRAY['running'::text, 'finished'::text, 'skipped'::text, 'failed'::text, 'cancelled'::text])))
);
CREATE INDEX run_failure ON public.run USING btree (workspace_id, workflow_id, fingerprint, started_at) WHERE (fingerprint IS NOT NULL);
CREATE INDEX run_failure_newest ON public.run USING btree (workspace_id, started_at) WHERE ((fingerprint IS NOT NULL) OR (state = 'failed'::text));
CREATE INDEX run_id ON public.run USING btree (id, workspace_id);
CREATE INDEX run_inside ON public.run USING btree (workspace_id, workflow_id, id) WHERE (state = 'running'::text);
CREATE INDEX run_newest ON public.run USING btree (workspace_id, started_at);
CREATE INDEX run_replay ON public.run USING btree (workspace_id, replay_of) WHERE (replay_of IS NOT NULL);
CREATE INDEX run_running ON public.run USING btree (deadline_at, workspace_id, workflow_id) WHERE (state = 'running'::text);
CREATE INDEX run_workflow ON public.run USING btree (workspace_id, workflow_id, started_at);

create table run_step (
  workspace_id uuid not null,
  profile_id uuid not null,
  run_id uuid not null,
  id uuid not null,
  node_id text not null,
  node_type text not null,
  state text not null,
  reason text,
  entered_at timestamp with time zone not null,
  left_at timestamp with time zone,
  due_at timestamp with time zone,
  job_id uuid,
  output text,
  mapped jsonb,
  event_id uuid,
  event_received_at timestamp with time zone,
  PRIMARY KEY (workspace_id, profile_id, run_id, id),
  CHECK ((state = ANY (ARRAY['queued'::text, 'waiting'::text, 'retrying'::text, 'paced'::text, 'paused'::text, 'checking'::text, 'succeeded'::text, 'failed'::text, 'skipped'::text])))
);

create table schema (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  tags text[] not null default '{}'::text[],
  fields jsonb not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  UNIQUE (workspace_id, name),
  PRIMARY KEY (workspace_id, id)
);

create table segment (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  condition jsonb not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  UNIQUE (workspace_id, name),
  PRIMARY KEY (workspace_id, id)
);

create table user_session (
  digest bytea not null,
  workspace_id uuid not null,
  user_id uuid not null,
  created_at timestamp with time zone not null,
  used_at timestamp with time zone not null,
  PRIMARY KEY (digest),
  FOREIGN KEY (user_id) REFERENCES workspace_user(id)
);
CREATE INDEX user_session_user ON public.user_session USING btree (workspace_id, user_id);

create table workflow (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  status text not null,
  newest_version integer not null,
  active_version integer,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  start_at timestamp with time zone,
  stop_at timestamp with time zone,
  started_at timestamp with time zone,
  UNIQUE (workspace_id, name),
  PRIMARY KEY (workspace_id, id),
  CHECK ((status = ANY (ARRAY['draft'::text, 'pending'::text, 'active'::text, 'paused'::text, 'stopped'::text, 'finished'::text])))
);

create table workflow_registry (
  singleton boolean not null default true,
  revision bigint not null,
  PRIMARY KEY (singleton),
  CHECK (singleton)
);

create table workflow_version (
  workspace_id uuid not null,
  workflow_id uuid not null,
  version integer not null,
  definition jsonb not null,
  created_at timestamp with time zone not null default now(),
  note text not null default ''::text,
  published_at timestamp with time zone,
  PRIMARY KEY (workspace_id, workflow_id, version)
);

create table workspace (
  id uuid not null,
  guid uuid not null,
  name text not null,
  time_zone text not null default 'UTC'::text,
  created_at timestamp with time zone not null default now(),
  UNIQUE (guid),
  PRIMARY KEY (id)
);

create table workspace_key (
  workspace_id uuid not null,
  wrapped bytea not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (workspace_id)
);

create table workspace_user (
  id uuid not null,
  workspace_id uuid not null,
  name text not null,
  password_hash text not null,
  created_at timestamp with time zone not null default now(),
  password_changed_at timestamp with time zone not null default now(),
  UNIQUE (name),
  PRIMARY KEY (id),
  FOREIGN KEY (workspace_id) REFERENCES workspace(id)
);

-- partition event_default: DEFAULT
