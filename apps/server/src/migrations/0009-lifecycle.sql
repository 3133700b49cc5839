-- Each time that a version became the one that new runs take, with what was to become of the runs on other versions and
-- how far that has come.
create table publication (
  workspace_id uuid not null,
  workflow_id uuid not null,
  id uuid not null,
  version integer not null,
  note text not null,
  published_at timestamptz not null,
  runs_inside text not null check (runs_inside in ('finish', 'move', 'stop')),
  -- The run that was reached last.
  cursor uuid,
  moved bigint not null default 0,
  stayed bigint not null default 0,
  stopped bigint not null default 0,
  -- Null: runs are still to be moved or stopped.
  settled_at timestamptz,
  primary key (workspace_id, workflow_id, id)
);
create unique index publication_unsettled on publication (workspace_id, workflow_id) where settled_at is null;

-- The runs that are inside a workflow, of however many that were.
create index run_inside on run (workspace_id, workflow_id, id) where state = 'running';

-- When it last became active, not counting pauses: from then on its audiences are taken.
alter table workflow add column started_at timestamptz;
update workflow set started_at = updated_at where status in ('active', 'paused');
