-- What the guide's checklist forbids, as one row per fault; no row is good. For the schema public.
with exposed as (
  select oid, relname, relrowsecurity from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
), fk as (
  select conrelid, conname, confdeltype, conkey from pg_constraint
   where contype = 'f' and connamespace = 'public'::regnamespace
)
select 'no primary key: ' || relname from exposed e
 where not exists (select from pg_constraint c where c.conrelid = e.oid and c.contype = 'p')
union all
select 'no ' || wanted || ': ' || relname from exposed e, unnest(array['created_at', 'updated_at']) wanted
 where not exists (select from pg_attribute a where a.attrelid = e.oid and a.attname = wanted and a.attnotnull)
union all
select 'updated_at is not kept: ' || relname from exposed e
 where not exists (select from pg_trigger t where t.tgrelid = e.oid and t.tgfoid = 'private.set_updated_at'::regproc)
union all
select 'row level security is off: ' || relname from exposed where not relrowsecurity
union all
select 'no policy: ' || relname from exposed e where not exists (select from pg_policy p where p.polrelid = e.oid)
union all
select 'no comment: ' || relname from exposed where obj_description(oid, 'pg_class') is null
union all
select 'nothing said about delete: ' || conname from fk where confdeltype = 'a'
union all
select 'no index: ' || conname from fk
 where not exists (
   select from pg_index i where i.indrelid = fk.conrelid and (i.indkey::int2[])[0:cardinality(fk.conkey) - 1] = fk.conkey)
union all
select 'search_path is not pinned: ' || proname from pg_proc
 where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
   and not exists (select from unnest(proconfig) setting where setting like 'search_path=%')
union all
select 'auth.uid() is evaluated for each row: ' || polname from pg_policy
 where replace(coalesce(pg_get_expr(polqual, polrelid), '') || coalesce(pg_get_expr(polwithcheck, polrelid), ''),
               'SELECT auth.uid()', '') like '%auth.uid()%'
