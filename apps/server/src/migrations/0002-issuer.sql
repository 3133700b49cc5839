-- The issuer: who issues, groups, credentials.

create table issuer (
  workspace_id uuid primary key,
  number bigint not null,
  name text not null,
  issuer_id text not null,
  public_key text not null,
  sealed_key bytea not null,
  created_at timestamptz not null default now()
);

create table credential_group (
  workspace_id uuid not null,
  id bigint not null,
  name text not null,
  course_name text not null,
  course_description text not null,
  course_link text,
  allow_duplicates boolean not null default false,
  -- What else the compatible API keeps of a group.
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create index credential_group_name on credential_group (workspace_id, name);

-- `duplicate_key` is the e-mail in lower case, or null where the group allows duplicates: the unique constraint decides.
-- A deleted credential keeps its row without personal data, so that its page can say that it is gone.
create table credential (
  workspace_id uuid not null,
  id bigint not null,
  uuid uuid not null unique,
  encoded_id text not null unique,
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
  -- What else the compatible API keeps of a credential.
  details jsonb not null default '{}',
  document jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (workspace_id, id),
  unique (workspace_id, license_id),
  unique (workspace_id, group_id, duplicate_key)
);
create index credential_email on credential (workspace_id, email_key);
create index credential_group_id on credential (workspace_id, group_id);
