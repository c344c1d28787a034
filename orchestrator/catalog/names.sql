-- What has a name, by what keeps it the same while it is renamed: (catalog, oid, part), the kind as ALTER calls
-- it, its name as SQL writes it, what it is in (catalog, oid, part), and what ALTER has to say after the name
-- (the arguments of a function). Without what belongs to extensions. settings.sql has to run before it.
with space as (
  select n.oid, quote_ident(n.nspname) as name
    from pg_namespace n
   where n.nspname not like 'pg\_%' and n.nspname not in ('information_schema', 'supabase_migrations')
),
member as (
  select classid, objid from pg_depend where deptype = 'e'
),
relation as (
  select c.oid, c.relnamespace, c.relname, c.relkind, c.relispartition
    from pg_class c
   where c.relnamespace in (select oid from space)
     and not exists (select from member m where m.classid = 'pg_class'::regclass and m.objid = c.oid)
)
select 'schema' as catalog, oid::bigint, 0 as part, 'schema' as kind, name,
       '' as in_catalog, 0::bigint as in_oid, '' as arguments
  from space
union all
-- an index goes where its table goes, and so does a sequence that belongs to a column
select 'relation', r.oid::bigint, 0,
       case r.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
                      when 'S' then 'sequence' when 'i' then 'index' when 'I' then 'index' else 'table' end,
       quote_ident(r.relname), case when p.oid is null then 'schema' else 'relation' end,
       coalesce(p.oid, r.relnamespace)::bigint, ''
  from relation r
  left join lateral (
    select i.indrelid as oid from pg_index i where i.indexrelid = r.oid
    union all
    select d.refobjid from pg_depend d
     where r.relkind = 'S' and d.classid = 'pg_class'::regclass and d.objid = r.oid
       and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')) p on true
 where r.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I')
   and not exists (select from pg_constraint c where c.conindid = r.oid and c.contype in ('p', 'u', 'x'))
union all
select case r.relkind when 'c' then 'attribute' else 'column' end, a.attrelid::bigint, a.attnum,
       case r.relkind when 'c' then 'attribute' else 'column' end, quote_ident(a.attname),
       case r.relkind when 'c' then 'type' else 'relation' end,
       case r.relkind when 'c' then (select t.oid from pg_type t where t.typrelid = r.oid) else r.oid end::bigint, ''
  from pg_attribute a
  join relation r on r.oid = a.attrelid and r.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
 where a.attnum > 0 and not a.attisdropped and a.attinhcount = 0
union all
select 'constraint', c.oid::bigint, 0, 'constraint', quote_ident(c.conname), o.catalog, o.oid::bigint, ''
  from pg_constraint c
  join (select 'relation' as catalog, oid from relation
        union all
        select 'type', oid from pg_type where typtype = 'd' and typnamespace in (select oid from space)) o
    on o.oid = coalesce(nullif(c.conrelid, 0), c.contypid) and (o.catalog = 'relation') = (c.conrelid <> 0)
 where c.contype in ('c', 'f', 'p', 'u', 'x', 'n') and c.coninhcount = 0
union all
select 'trigger', t.oid::bigint, 0, 'trigger', quote_ident(t.tgname), 'relation', t.tgrelid::bigint, ''
  from pg_trigger t join relation r on r.oid = t.tgrelid
 where not t.tgisinternal and t.tgparentid = 0
union all
select 'policy', p.oid::bigint, 0, 'policy', quote_ident(p.polname), 'relation', p.polrelid::bigint, ''
  from pg_policy p join relation r on r.oid = p.polrelid
union all
select 'rule', w.oid::bigint, 0, 'rule', quote_ident(w.rulename), 'relation', w.ev_class::bigint, ''
  from pg_rewrite w join relation r on r.oid = w.ev_class
 where w.rulename <> '_RETURN'
union all
select 'routine', p.oid::bigint, 0,
       case p.prokind when 'a' then 'aggregate' when 'p' then 'procedure' else 'function' end, quote_ident(p.proname),
       'schema', p.pronamespace::bigint,
       case when p.pronargs = 0 and p.prokind = 'a' then '(*)'
            else '(' || pg_get_function_identity_arguments(p.oid) || ')' end
  from pg_proc p
 where p.pronamespace in (select oid from space)
   and not exists (select from member m where m.classid = 'pg_proc'::regclass and m.objid = p.oid)
union all
-- not the arrays, the row types of tables and the multiranges: these follow
select 'type', t.oid::bigint, 0, case t.typtype when 'd' then 'domain' else 'type' end, quote_ident(t.typname),
       'schema', t.typnamespace::bigint, ''
  from pg_type t
  left join pg_class c on c.oid = t.typrelid
 where t.typnamespace in (select oid from space)
   and (t.typtype in ('e', 'd', 'r', 'm', 'b') and t.typcategory <> 'A' or c.relkind = 'c')
   and not exists (select from member m where m.classid = 'pg_type'::regclass and m.objid = t.oid)
union all
select 'label', e.oid::bigint, 0, 'value', quote_literal(e.enumlabel), 'type', e.enumtypid::bigint, ''
  from pg_enum e join pg_type t on t.oid = e.enumtypid and t.typnamespace in (select oid from space)
union all
select 'statistics', x.oid::bigint, 0, 'statistics', quote_ident(x.stxname), 'schema', x.stxnamespace::bigint, ''
  from pg_statistic_ext x where x.stxnamespace in (select oid from space)
union all
select 'collation', x.oid::bigint, 0, 'collation', quote_ident(x.collname), 'schema', x.collnamespace::bigint, ''
  from pg_collation x where x.collnamespace in (select oid from space)
union all
select 'dictionary', x.oid::bigint, 0, 'text search dictionary', quote_ident(x.dictname), 'schema',
       x.dictnamespace::bigint, ''
  from pg_ts_dict x where x.dictnamespace in (select oid from space)
   and not exists (select from member m where m.classid = 'pg_ts_dict'::regclass and m.objid = x.oid)
union all
select 'configuration', x.oid::bigint, 0, 'text search configuration', quote_ident(x.cfgname), 'schema',
       x.cfgnamespace::bigint, ''
  from pg_ts_config x where x.cfgnamespace in (select oid from space)
   and not exists (select from member m where m.classid = 'pg_ts_config'::regclass and m.objid = x.oid)
union all
select 'publication', oid::bigint, 0, 'publication', quote_ident(pubname), '', 0, '' from pg_publication
union all
select 'event trigger', e.oid::bigint, 0, 'event trigger', quote_ident(e.evtname), '', 0, '' from pg_event_trigger e
 where not exists (select from member m where m.classid = 'pg_event_trigger'::regclass and m.objid = e.oid)
union all
select 'server', oid::bigint, 0, 'server', quote_ident(srvname), '', 0, '' from pg_foreign_server
union all
select 'wrapper', oid::bigint, 0, 'foreign data wrapper', quote_ident(fdwname), '', 0, '' from pg_foreign_data_wrapper
