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
-- First statement of every transaction that writes. $1 owner, $2 epoch. Fails by itself (22012) when somebody
-- else minted an epoch or took the target over. The row is written and not only read: it stays locked until
-- the transaction ends, and its xmin is the transaction's id, which the guard compares.
with held as (
  update supabase_migrations.bascule_fence
     set epoch = epoch
   where owner = $1 and epoch = $2::bigint
  returning epoch
)
select 1 / pg_catalog.count(*) from held;

-- name: guard
-- After every statement of a migration. $1 current_user, $2 session_user, $3 lock_timeout,
-- $4 statement_timeout. Fails by itself with 22012 when the transaction is not the one that holds the fence,
-- with 2201F when the role is another; puts back what a migration may have set. Nothing is looked up through
-- the search path, which belongs to the migration.
select 1 operator(pg_catalog./) pg_catalog.count(*),
       pg_catalog.sqrt(((current_user operator(pg_catalog.=) $1::pg_catalog.name
                         and session_user operator(pg_catalog.=) $2::pg_catalog.name)::pg_catalog.int4
                        operator(pg_catalog.-) 1)::pg_catalog.float8),
       pg_catalog.set_config('lock_timeout', $3, true),
       pg_catalog.set_config('statement_timeout', $4, true),
       pg_catalog.set_config('client_encoding', 'UTF8', true)
  from supabase_migrations.bascule_fence
 where xmin operator(pg_catalog.=) pg_catalog.pg_current_xact_id()::pg_catalog.xid;
