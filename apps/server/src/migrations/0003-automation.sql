-- Runs without an event (audiences), that wait, are cut short, and have an end that they cannot outlive.
alter table run alter column event_id drop not null;
alter table run alter column event_received_at drop not null;
alter table run add column trigger_node_id text not null default '';
alter table run alter column trigger_node_id drop default;
-- The path is over by then, whatever happens.
alter table run add column deadline_at timestamptz not null default 'infinity';
alter table run alter column deadline_at drop default;
-- Why the run goes no further than the action that it is in; null: it goes on.
alter table run add column stop_reason text;
alter table run add column stopped_at timestamptz;
-- The run that this one is done again for.
alter table run add column replay_of uuid;
-- What its failure has in common with others; null: nothing has failed.
alter table run add column fingerprint text;
create index run_running on run (workspace_id, workflow_id, deadline_at) where state = 'running';
create index run_failure on run (workspace_id, workflow_id, fingerprint, started_at) where fingerprint is not null;

-- `paced`: waits for its connection; `paused`: for its workflow; `retrying`: for the next attempt.
alter table run_step drop constraint run_step_state_check;
alter table run_step add constraint run_step_state_check check (state in
  ('queued', 'waiting', 'retrying', 'paced', 'paused', 'checking', 'succeeded', 'failed', 'skipped'));
-- When a step that waits is taken up again.
alter table run_step add column due_at timestamptz;
-- The job that takes it up.
alter table run_step add column job_id uuid;
-- The output by which the path left.
alter table run_step add column output text;
-- What later nodes can read of the step's answer.
alter table run_step add column mapped jsonb;
-- The event that an Event Filter was waiting for.
alter table run_step add column event_id uuid;
alter table run_step add column event_received_at timestamptz;

-- Until when the request may still be under way: before that nobody asks about it or sends another.
alter table attempt add column expires_at timestamptz not null default now();
alter table attempt alter column expires_at drop default;
alter table attempt add column timings jsonb;
alter table attempt add column response_headers jsonb;
alter table attempt drop constraint attempt_outcome_check;
alter table attempt add constraint attempt_outcome_check check (outcome in
  ('answered', 'not-sent', 'refused', 'unknown', 'reconciled'));

-- Steps that wait for an event of their profile.
create table event_wait (
  workspace_id uuid not null,
  profile_id uuid not null,
  action text not null,
  step_id uuid not null,
  run_id uuid not null,
  node_id text not null,
  primary key (workspace_id, profile_id, action, step_id)
);

-- How often profiles were at nodes that are limited, by period.
create table node_use (
  workspace_id uuid not null,
  profile_id uuid not null,
  workflow_id uuid not null,
  node_id text not null,
  period_start timestamptz not null,
  asked integer not null,
  primary key (workspace_id, profile_id, workflow_id, node_id, period_start)
);

-- Steps whose workflow is paused.
create table parked_step (
  workspace_id uuid not null,
  workflow_id uuid not null,
  profile_id uuid not null,
  run_id uuid not null,
  step_id uuid not null,
  primary key (workspace_id, workflow_id, profile_id, run_id, step_id)
);

-- The occurrences of audience triggers: one row for each, with how far it has come.
create table audience_run (
  workspace_id uuid not null,
  id uuid not null,
  workflow_id uuid not null,
  version integer not null,
  node_id text not null,
  due_at timestamptz not null,
  state text not null check (state in ('scheduled', 'running', 'finished', 'cancelled', 'failed')),
  reason text,
  started_at timestamptz,
  ended_at timestamptz,
  -- The profile that was reached last.
  cursor uuid,
  started_runs bigint not null default 0,
  primary key (workspace_id, id)
);
create unique index audience_run_due on audience_run (workspace_id, workflow_id, node_id, due_at);
create index audience_run_workflow on audience_run (workspace_id, workflow_id, state);

-- One credential for a pass: `certification` says what was passed, `policy` how a further pass is treated.
alter table issuance add column certification text;
alter table issuance add column policy text check (policy in ('skip', 'update', 'reissue', 'renew'));
alter table issuance add column state text not null default 'issued'
  check (state in ('pending', 'issued', 'failed'));
-- 1 for the first credential; a further one by its policy has the next number.
alter table issuance add column occurrence integer not null default 1;
create unique index issuance_pass on issuance (workspace_id, profile_id, certification, policy, occurrence)
  where certification is not null and state <> 'failed';
-- The embedded issuer is asked by no URL.
alter table issuance alter column url drop not null;
alter table issuance alter column event_id drop not null;

alter table workflow drop constraint workflow_status_check;
alter table workflow add constraint workflow_status_check
  check (status in ('draft', 'pending', 'active', 'paused', 'stopped', 'finished'));
-- When a pending workflow starts, and an active one stops, by itself.
alter table workflow add column start_at timestamptz;
alter table workflow add column stop_at timestamptz;
alter table workflow_version add column note text not null default '';
alter table workflow_version add column published_at timestamptz;
update workflow_version v set published_at = v.created_at
  from workflow w where w.workspace_id = v.workspace_id and w.id = v.workflow_id and w.active_version = v.version;

-- Room for the one or two updates that nearly every row gets, so that they stay in its page and out of the indexes.
alter table run set (fillfactor = 80);
alter table run_step set (fillfactor = 80);
alter table attempt set (fillfactor = 80);
