-- What the platform keeps in the schemas that it manages, as rows like those of facts/, of which this is the
-- rest: nothing is in both. It changes with every release of the platform and is no drift; but a migration that
-- changes it has to put it back. settings.sql has to run before it in the same transaction. Each row says whose it
-- is, and all or a few are read, as in facts/with.sql.
with platform_role as materialized (
  select oid from pg_roles
   where rolname like 'supabase\_%%' or rolname in ('dashboard_user', 'pgbouncer', 'pgsodium_keymaker')
),
space as materialized (
  select oid, quote_ident(nspname) as name
    from pg_namespace
   where nspname in ('auth', 'storage', 'realtime', '_realtime', '_supavisor', '_analytics', 'extensions',
                     'graphql', 'graphql_public', 'vault', 'pgsodium', 'pgsodium_masks', 'pgbouncer',
                     'supabase_functions', 'cron', 'net', 'pgtle')  -- not pgmq: a queue is one fact
),
member as materialized (select classid, objid from pg_depend where deptype = 'e'),
relation as materialized (
  select c.*, s.name || '.' || quote_ident(c.relname) as name
    from pg_class c
    join space s on s.oid = c.relnamespace
   where (%(near)s::oid[] is null or c.oid = any (%(near)s))
     and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relowner in (select oid from platform_role)
     and not exists (select from member m where m.classid = 'pg_class'::regclass and m.objid = c.oid)
)
select kind, identity, definition, whose from (

select case r.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
                      when 'S' then 'sequence' else 'table' end,
       r.name,
       concat_ws(E'\x1f', 'owner=' || r.relowner::regrole,
         case when r.relpersistence = 'u' then 'unlogged' end,
         case when r.relrowsecurity then 'row security' end,
         case when r.relforcerowsecurity then 'forced' end,
         'replica identity=' || nullif(r.relreplident, case r.relkind when 'r' then 'd' when 'p' then 'd' else 'n' end)::text,
         'with=' || (select string_agg(o, ', ' order by o) from unnest(r.reloptions) o),
         'definition=' || case when r.relkind in ('v', 'm') then pg_get_viewdef(r.oid) end), r.oid::bigint
  from relation r

union all
select 'column', r.name || '.' || quote_ident(a.attname), concat_ws(E'\x1f',
         'type=' || format_type(a.atttypid, a.atttypmod),
         case when a.attnotnull then 'not null' end,
         'default=' || pg_get_expr(d.adbin, d.adrelid),
         'generated=' || nullif(a.attgenerated, '')::text, 'identity=' || nullif(a.attidentity, '')::text), r.oid::bigint
  from relation r
  join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
 where r.relkind <> 'S'

union all
select 'constraint', r.name || '.' || quote_ident(c.conname),
       concat_ws(E'\x1f', 'definition=' || pg_get_constraintdef(c.oid), case when not c.convalidated then 'unchecked' end), r.oid::bigint
  from relation r join pg_constraint c on c.conrelid = r.oid and c.contype in ('c', 'f', 'p', 'u', 'x', 'n')

union all
select 'index', i.indexrelid::regclass::text,
       concat_ws(E'\x1f', 'definition=' || pg_get_indexdef(i.indexrelid), 'on=' || r.name,
         case when not i.indisvalid then 'invalid' end, case when i.indisreplident then 'replica identity' end), r.oid::bigint
  from relation r join pg_index i on i.indrelid = r.oid

union all
-- those that call a function from elsewhere are facts, as policies are
select 'trigger', r.name || '.' || quote_ident(t.tgname),
       concat_ws(E'\x1f', 'definition=' || pg_get_triggerdef(t.oid), 'fires=' || t.tgenabled::text), r.oid::bigint
  from relation r
  join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
  join pg_proc p on p.oid = t.tgfoid and p.pronamespace = r.relnamespace

union all
select case p.prokind when 'p' then 'procedure' else 'function' end, p.oid::regprocedure::text,
       concat_ws(E'\x1f', 'owner=' || p.proowner::regrole, 'definition=' || pg_get_functiondef(p.oid)), -p.oid::bigint
  from pg_proc p
  join space s on s.oid = p.pronamespace
 where (%(near)s::oid[] is null or p.oid = any (%(near)s))
   and p.prokind in ('f', 'p') and p.proowner in (select oid from platform_role)
   and not exists (select from member m where m.classid = 'pg_proc'::regclass and m.objid = p.oid)

union all
select 'type', format_type(t.oid, null),
       concat_ws(E'\x1f', 'owner=' || t.typowner::regrole, 'kind=enum',
         'labels=' || (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
                         from pg_enum e where e.enumtypid = t.oid)), 0
  from pg_type t
  join space s on s.oid = t.typnamespace
 where t.typtype = 'e' and t.typowner in (select oid from platform_role)
   and not exists (select from member m where m.classid = 'pg_type'::regclass and m.objid = t.oid)

) told (kind, identity, definition, whose)
 where (%(keys)s::bigint[] is null or whose = any (%(keys)s))
