-- Other sessions' transactions in this database that have been open for long, with the tables that they hold a
-- lock on. Without pg_monitor other roles' sessions do not show since when: then whoever holds a lock counts.
with holder as materialized (
  select l.pid, json_agg(distinct json_build_array(n.nspname, c.relname)::jsonb) as tables
    from pg_locks l
    join pg_class c on c.oid = l.relation and c.relkind in ('r', 'p', 'v', 'm', 'f')
    join pg_namespace n on n.oid = c.relnamespace
   where l.locktype = 'relation' and l.granted
     and l.database = (select oid from pg_database where datname = current_database())
     and n.nspname not like 'pg\_%%' and n.nspname <> 'information_schema'
   group by l.pid
)
select a.pid, coalesce(nullif(a.application_name, ''), a.usename::text, a.backend_type, '') as who,
       coalesce(extract(epoch from clock_timestamp() - a.xact_start), 0)::float8 as seconds,
       coalesce(h.tables, '[]')::text as tables
  from pg_stat_activity a
  left join holder h on h.pid = a.pid
 where a.datname = current_database() and a.pid <> pg_backend_pid() and a.leader_pid is null
   and (a.xact_start < clock_timestamp() - make_interval(secs => %(long_after_seconds)s)
        or a.backend_start is null and h.pid is not null)
 order by a.xact_start nulls last, a.pid
