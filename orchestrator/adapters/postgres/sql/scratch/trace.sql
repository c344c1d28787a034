-- What the statements of a migration do to the tables that were there before: locks, rewrites, full scans.
-- Looked at from inside, behind each statement: locks stay until the transaction ends, the counters of scans
-- only grow, and a table that was written anew has another file. So a look writes down what is new since the
-- look before. PostgreSQL takes back none of it when a savepoint is undone but the locks.

-- name: begin_before
-- Kept in the schema of the history, which no fact and no migration speaks of. Not temporary: a session is
-- made fresh before each migration, and temporary tables end with it.
create table if not exists supabase_migrations.bascule_before (
  oid pg_catalog.oid primary key, name text not null, file pg_catalog.oid
);

-- name: begin_seen
create table if not exists supabase_migrations.bascule_seen (
  statement int not null, at timestamptz not null, what text not null, relation text not null, detail text not null
);

-- name: forget_before
delete from supabase_migrations.bascule_before;

-- name: forget_seen
delete from supabase_migrations.bascule_seen;

-- name: remember
-- The tables that are there now.
insert into supabase_migrations.bascule_before (oid, name, file)
select c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.pg_relation_filenode(c.oid)
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'm')
   and n.nspname not like 'pg\_%' and n.nspname not in ('information_schema', 'supabase_migrations');

-- name: start
-- The moment at which the first statement of a migration begins, and what was held, scanned and rewritten by then.
insert into supabase_migrations.bascule_seen (statement, at, what, relation, detail)
values (-1, pg_catalog.clock_timestamp(), 'time', '', '');

-- name: look
-- $1 the statement's number. A detail is the lock's mode, the new file's number, or how often it was scanned.
with held as materialized (
  select b.oid, b.name, b.file, l.mode
    from pg_catalog.pg_locks l
    join supabase_migrations.bascule_before b on b.oid = l.relation
   where l.locktype = 'relation' and l.granted and l.pid = pg_catalog.pg_backend_pid()
     and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
), found as (
  select 'lock' as what, name, mode as detail from held
  union
  select 'file', name, pg_catalog.pg_relation_filenode(oid)::text
    from held where pg_catalog.pg_relation_filenode(oid) <> file
  union
  select 'scan', name, pg_catalog.pg_stat_get_xact_numscans(oid)::text
    from held where pg_catalog.pg_stat_get_xact_numscans(oid) > 0
)
insert into supabase_migrations.bascule_seen (statement, at, what, relation, detail)
select $1::int, pg_catalog.clock_timestamp(), f.what, f.name, f.detail
  from found f
 where not exists (select from supabase_migrations.bascule_seen s
                    where s.what = f.what and s.relation = f.name and s.detail = f.detail)
union all
select $1::int, pg_catalog.clock_timestamp(), 'time', '', '';

-- name: forget_times
-- What is held, read or written anew stays known: the next migration of the same transaction has not done it.
delete from supabase_migrations.bascule_seen where what = 'time';

-- name: mark_old
-- Only what is not old yet: within one transaction a row that is written again stays in the way of every look.
update supabase_migrations.bascule_seen set statement = -2 where statement <> -2;

-- name: seen
select statement, extract(epoch from at)::float8, what, relation, detail
  from supabase_migrations.bascule_seen
 where statement >= -1
 order by statement, what, relation, detail;
