-- The schemas that people make: not PostgreSQL's, not the Supabase platform's, not extensions'.
select n.nspname::text
  from pg_namespace n
 where n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
   and n.nspname not in ('auth', 'storage', 'realtime', '_realtime', '_supavisor', '_analytics', 'extensions',
                         'graphql', 'graphql_public', 'vault', 'pgsodium', 'pgsodium_masks', 'pgbouncer',
                         'supabase_functions', 'supabase_migrations', 'cron', 'net', 'pgmq', 'pgtle')
   and not exists (select from pg_depend e
                    where e.classid = 'pg_namespace'::regclass and e.objid = n.oid and e.deptype = 'e')
 order by 1
