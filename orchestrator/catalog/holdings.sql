-- What holds rows or a position that no script brings back, as one row for each relation: its OID, kind, name, the
-- tables that it is a child of, whose sequence it is, and its columns as JSON. Numbers are what stays when
-- something is renamed. Only columns of the catalog are read. `near`: only these, and all composite types; null: all.
--
-- Left out, as in facts/: our history schema, members of extensions, what the platform keeps in the schemas
-- that it manages. Left out as well: views, and generated columns, which are worked out from others.
with relation as materialized (
  select c.oid, c.relkind, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as name
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where (c.relkind in ('r', 'p', 'S')
          -- composite types that columns are of, by themselves or as arrays: their attributes hold values, too
          -- (with OFFSET it is asked of each of them, and not of every type there is)
          or c.relkind = 'c' and exists (
               select from pg_catalog.pg_type t
                 join pg_catalog.pg_depend d on d.refobjid in (t.oid, t.typarray)
                where t.oid = c.reltype and d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
                  and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid > 0
               offset 0))
     -- composite types are few, and whether columns are of them is written beside the columns
     and (%(near)s::oid[] is null or c.relkind = 'c' or c.oid = any (%(near)s))
     and n.nspname not like 'pg\_%%' and n.nspname not in ('information_schema', 'supabase_migrations')
     and not (n.nspname in ('auth', 'storage', 'realtime', '_realtime', '_supavisor', '_analytics', 'extensions',
                            'graphql', 'graphql_public', 'vault', 'pgsodium', 'pgsodium_masks', 'pgbouncer',
                            'supabase_functions', 'cron', 'net', 'pgmq', 'pgtle')
              and c.relowner in (select oid from pg_catalog.pg_roles
                                  where rolname like 'supabase\_%%'
                                     or rolname in ('dashboard_user', 'pgbouncer', 'pgsodium_keymaker')))
),
member as materialized (
  select objid from pg_catalog.pg_depend where deptype = 'e' and classid = 'pg_catalog.pg_class'::pg_catalog.regclass
),
-- Sequences that go with a column.
owned as materialized (
  select d.objid, d.refobjid, d.refobjsubid
    from pg_catalog.pg_depend d
   where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0
     and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
     and d.objid in (select oid from relation where relkind = 'S')
),
type as materialized (
  select t.oid, case when t.typtype = 'e' or b.typtype = 'e' then 'enum'
                     -- a domain over a domain stays as it is written: nothing is known of it
                     when t.typtype = 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) end as resolved
    from pg_catalog.pg_type t
    left join pg_catalog.pg_type b on t.typtype = 'd' and b.oid = t.typbasetype
),
held as materialized (
  select a.attrelid,
         pg_catalog.json_agg(pg_catalog.json_build_array(
           a.attnum, pg_catalog.quote_ident(a.attname), a.atttypid::bigint, a.atttypmod,
           pg_catalog.format_type(a.atttypid, a.atttypmod), t.resolved) order by a.attnum) as columns
    from relation r
    join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum > 0
    join type t on t.oid = a.atttypid
   where r.relkind <> 'S' and not a.attisdropped and a.attgenerated = ''
   group by a.attrelid
)
select r.oid::bigint, r.relkind::text, r.name,
       array(select i.inhparent::bigint from pg_catalog.pg_inherits i where i.inhrelid = r.oid) as parents,
       o.refobjid::bigint, o.refobjsubid, h.columns::text
  from relation r
  left join owned o on o.objid = r.oid
  left join held h on h.attrelid = r.oid
 where not exists (select from member m where m.objid in (r.oid, o.refobjid))
