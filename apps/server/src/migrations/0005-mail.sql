-- E-mails that workflows want sent: the outbox. `sending` with its number of attempts is the intent: it is committed
-- before a copy leaves. Where a mail names no sender, `from_address` is set when it is first sent. `next_attempt_at` is
-- set while a mail waits to be tried again.
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
  state text not null check (state in ('queued', 'sending', 'sent', 'failed', 'held')),
  attempts integer not null default 0,
  next_attempt_at timestamptz,
  last_error text,
  created_at timestamptz not null,
  sent_at timestamptz,
  primary key (workspace_id, profile_id, id)
);
create index mail_id on mail (workspace_id, id);
create index mail_state on mail (workspace_id, state, id);
