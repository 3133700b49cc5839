-- Who logs in to the console. A name is unique on the whole server: with the password it is all that a person gives.
create table workspace_user (
  id uuid primary key,
  workspace_id uuid not null references workspace,
  name text not null unique,
  password_hash text not null,
  created_at timestamptz not null default now(),
  password_changed_at timestamptz not null default now()
);

-- `digest` is the SHA-256 of the token that the cookie holds.
create table user_session (
  digest bytea primary key,
  workspace_id uuid not null,
  user_id uuid not null references workspace_user,
  created_at timestamptz not null,
  used_at timestamptz not null
);
create index user_session_user on user_session (workspace_id, user_id);
