-- Tables, and their TOAST, that no VACUUM and no ANALYZE has looked at: how big they are only the files tell.
-- pg_relation_size takes a lock for that, so whatever somebody has locked against everybody, or waits for an
-- occasion to, is left alone.
select c.oid
  from pg_class c
 where c.relkind in ('r', 'm', 't') and c.reltuples < 0 and c.relpersistence <> 't'
   and c.oid >= 16384  -- below: built in
   and c.oid <> all (array(select l.relation from pg_locks l
                            where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock'
                              and l.database = (select oid from pg_database where datname = current_database())))
