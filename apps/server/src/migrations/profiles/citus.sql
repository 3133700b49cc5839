-- Where the tables lie when the database is Citus; applied by `laurel migrate --profile citus`, after the migrations.
-- Every table is named here: distributed, on every node, or local. A test compares this with the schema.
--
-- What belongs to a profile lies with it: rows of one profile are on one node, and what joins them stays there. 4 shards
-- are 2 for each of two workers: each shard that a transaction touches costs a part of its two-phase commit. Measured
-- against one PostgreSQL: 1.26 times the work with 4 shards and batches of up to 2,000 rows, 9 times with 32 and 120.

select create_distributed_table('profile', 'id', shard_count => 4);
select create_distributed_table('event', 'profile_id', colocate_with => 'profile');
select create_distributed_table('event_salt', 'profile_id', colocate_with => 'profile');
select create_distributed_table('run', 'profile_id', colocate_with => 'profile');
select create_distributed_table('run_step', 'profile_id', colocate_with => 'profile');
select create_distributed_table('attempt', 'profile_id', colocate_with => 'profile');
select create_distributed_table('event_wait', 'profile_id', colocate_with => 'profile');
select create_distributed_table('node_use', 'profile_id', colocate_with => 'profile');
select create_distributed_table('parked_step', 'profile_id', colocate_with => 'profile');
select create_distributed_table('issuance', 'profile_id', colocate_with => 'profile');
select create_distributed_table('mail', 'profile_id', colocate_with => 'profile');

-- On every node: what is joined with them. Who a profile is found by cannot be distributed by the profile: the identifier
-- itself is the key that decides who owns it.
select create_reference_table('profile_identifier');
select create_reference_table('workflow');

-- On the coordinator alone, as the tables of the job queue: what is small, what is counted, and credentials, which have
-- three keys that hold without the others.
-- local: api_key, audience_run, catalog, catalog_item, connection, connection_health, connection_window, credential
-- local: credential_group, event_definition, ingest_key, issuer, migration, node_minute, numeric_id_block, profile_tag
-- local: publication, replay
-- local: schema, segment, user_session, workflow_registry, workflow_version, workspace, workspace_key, workspace_user
