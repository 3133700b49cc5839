-- Holds the number until the migration that has it is merged; this file goes then.
select 1;
