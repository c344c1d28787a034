-- The fence: one row that says who may write to this target, with an epoch that the target itself mints.

-- name: read
select owner, epoch from supabase_migrations.bascule_fence;

-- name: mint
-- Waits for a transaction of a predecessor that is still open: after this none can commit any more.
update supabase_migrations.bascule_fence
   set epoch = epoch + 1
 where owner = %(owner)s
returning epoch;

-- name: hold
-- Begins every transaction that writes. $1 owner, $2 epoch. No row is touched when somebody else minted an
-- epoch or took the target over; the guard behind it fails then. The row is written and not only read: it
-- stays locked until the transaction ends, and its xmin is the transaction's id, which the guard compares.
update supabase_migrations.bascule_fence
   set epoch = epoch
 where owner = $1 and epoch = $2::bigint;

-- name: guard
-- Behind `hold` and behind every statement of a migration; literals in braces, so that it can be prepared.
-- Fails by itself with 22012 when the transaction is not the one that holds the fence, with 2201F when the
-- role is another; puts back what a migration may have set. Nothing is looked up through the search path,
-- which belongs to the migration.
select 1 operator(pg_catalog./) pg_catalog.count(*),
       pg_catalog.sqrt(((current_user operator(pg_catalog.=) {current_user}
                         and session_user operator(pg_catalog.=) {session_user})::pg_catalog.int4
                        operator(pg_catalog.-) 1)::pg_catalog.float8),
       pg_catalog.set_config('lock_timeout', {lock_timeout}, true),
       pg_catalog.set_config('statement_timeout', {statement_timeout}, true),
       pg_catalog.set_config('client_encoding', 'UTF8', true)
  from supabase_migrations.bascule_fence
 where xmin operator(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid;
