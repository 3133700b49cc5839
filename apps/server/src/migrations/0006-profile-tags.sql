-- Tags by name, with the number that the compatible API addresses them by. A profile holds names.
create table profile_tag (
  workspace_id uuid not null,
  id bigint not null,
  name text not null,
  color text not null default '#4263eb',
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, name)
);
