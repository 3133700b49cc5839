-- A segment is a named condition; who belongs to it is not stored, but asked for.
create table segment (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  condition jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, name)
);
