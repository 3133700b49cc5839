-- The runs of a workspace, newest first; and those in which something has failed.
create index run_newest on run (workspace_id, started_at);
create index run_failure_newest on run (workspace_id, started_at) where fingerprint is not null or state = 'failed';
create index run_replay on run (workspace_id, replay_of) where replay_of is not null;
-- Started by hand, to try the workflow out.
alter table run add column test boolean not null default false;

-- Requests to do runs again, by the id that the caller gave: how far each has come, so that one that is sent again goes
-- on from there and starts no run twice.
create table replay (
  workspace_id uuid not null,
  id uuid not null,
  -- Tells a request from another one with the same id.
  digest bytea not null,
  created_at timestamptz not null,
  -- The run that was looked at last, of those that were asked for, newest first.
  cursor_started_at timestamptz,
  cursor_id uuid,
  started bigint not null default 0,
  -- How many were not done again, by reason: [{"reason": "…", "count": 2, "runIds": ["<id>", …]}].
  refused jsonb not null default '[]',
  more boolean not null default false,
  finished_at timestamptz,
  primary key (workspace_id, id)
);
