-- The schemas that people make: not PostgreSQL's, not the Supabase platform's, not extensions'.
select n.nspname::text
  from pg_namespace n
 where n.nspname not like 'pg\_%%' and n.nspname <> 'information_schema'
   and n.nspname <> 'supabase_migrations' and n.nspname <> all (%(managed)s)
   and not exists (select from pg_depend e
                    where e.classid = 'pg_namespace'::regclass and e.objid = n.oid and e.deptype = 'e')
 order by 1
