-- The lock on a target: held by a connection, so that it is free the instant its holder dies.

-- name: try
-- Never waits: a waiting session would hold a snapshot that CREATE INDEX CONCURRENTLY waits for.
select pg_catalog.pg_try_advisory_lock(%(key)s);

-- name: held
-- Is the lock on this very backend, and whose session is it? Behind a pooler in transaction mode it may be left on another one.
select exists (
  select from pg_catalog.pg_locks
   where locktype = 'advisory' and granted and pid = pg_catalog.pg_backend_pid()
     and database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
     and (classid::bigint << 32) | objid::bigint = %(key)s and objsubid = 1
), current_user, session_user;

-- name: holder
-- Who holds the lock now.
select l.pid, a.application_name, a.usename
  from pg_catalog.pg_locks l
  left join pg_catalog.pg_stat_activity a on a.pid = l.pid
 where l.locktype = 'advisory' and l.granted
   and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
   and (l.classid::bigint << 32) | l.objid::bigint = %(key)s and l.objsubid = 1;

-- name: blockers
-- Who keeps this backend waiting. The text of their queries is left out: it may hold values of rows.
select a.pid, a.application_name, a.usename, a.state,
       extract(epoch from pg_catalog.clock_timestamp() - a.xact_start)::float8 as transaction_seconds,
       (select l.relation::regclass::text from pg_catalog.pg_locks l
         where l.pid = %(pid)s and not l.granted and l.relation is not null limit 1) as relation
  from pg_catalog.pg_stat_activity a
 where a.pid = any (pg_catalog.pg_blocking_pids(%(pid)s))
 order by a.xact_start nulls last;
