-- How many locks a table costs whoever writes to it: one for itself, one for each index; then how many locks the
-- server can keep for all its sessions, in every row the same.
select c.oid::bigint,
       1 + (select count(*) from pg_index x where x.indrelid = c.oid)::integer,
       current_setting('max_locks_per_transaction')::integer
         * (current_setting('max_connections')::integer + current_setting('max_prepared_transactions')::integer)
  from pg_class c
 where c.relkind in ('r', 'p', 'f')
