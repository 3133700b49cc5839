-- Runs and identifiers that are found by key have an index that begins with what tells them apart. Where several begin
-- with the workspace, PostgreSQL chooses among them by statistics, and those of a table that grows fast are old: it read
-- all runs of the workspace for each that ended, 1.2 s for a batch of 95.
drop index run_id;
create index run_id on run (id, workspace_id);
drop index profile_identifier_profile;
create index profile_identifier_profile on profile_identifier (profile_id, workspace_id);

-- Each row of these is changed once, soon after it was made, and grows by it: with room left on its page the change
-- touches no index (76 instead of 24 of 100 attempts, 95 instead of 68 of 100 steps).
alter table attempt set (fillfactor = 50);
alter table run_step set (fillfactor = 70);
