-- What this database's catalog says, as rows (kind, identity, definition) that compare across moments and,
-- within one major version, across databases: no OIDs, no column numbers, no grantors. Needs no superuser.
-- settings.sql has to run before it in the same transaction. A definition consists of parts, each a word or
-- `key=value`, separated by the unit separator (U+001F): so a difference can say which part changed, and a draft
-- can write the SQL that brings it back.
--
-- Left out: our history schema; members of extensions (an extension is one fact, by name and version); what
-- the Supabase platform itself keeps in the schemas that it manages. What users hang into those is here:
-- policies, triggers that call functions from elsewhere, objects that belong to a user's role, grants.
-- Not seen: rows, sequence positions, roles and their memberships and settings (they are the cluster's),
-- server settings, large objects, passwords of user mappings and subscriptions, column order.
--
-- This is the beginning; the other files beside it are the parts, and facts/__init__.py puts them together. Each row
-- says whose it is (the key of versions.sql), so that those of a few keys can be read anew without the rest. Then
-- only what is `near` is looked at, by OID: what has these keys, and what it names; and for the words "uses …" only
-- at what is `about` them. Null: everything.

with recursive platform_role as materialized (
  select oid from pg_roles
   where rolname like 'supabase\_%%' or rolname in ('dashboard_user', 'pgbouncer', 'pgsodium_keymaker')
),
space as materialized (
  select n.oid, n.nspname as raw_name, quote_ident(n.nspname) as name, n.nspowner, n.nspacl,
         n.nspname in ('auth', 'storage', 'realtime', '_realtime', '_supavisor', '_analytics', 'extensions',
                       'graphql', 'graphql_public', 'vault', 'pgsodium', 'pgsodium_masks', 'pgbouncer',
                       'supabase_functions', 'cron', 'net', 'pgmq', 'pgtle') as managed
    from pg_namespace n
   where n.nspname not like 'pg\_%%' and n.nspname not in ('information_schema', 'supabase_migrations')
),
-- Members of extensions, with the indexes, sequences, types and constraints that depend on members.
member (classid, objid) as (
  select classid, objid from pg_depend where deptype = 'e'
  union
  select d.classid, d.objid
    from member m
    -- with OFFSET it is asked of each member, and not of everything there is
   cross join lateral (
     select d.classid, d.objid from pg_depend d
      where d.refclassid = m.classid and d.refobjid = m.objid and d.deptype in ('a', 'i')
        and d.classid in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_constraint'::regclass)
     offset 0) d
),
relation as materialized (
  select c.*, c.tableoid as catalog, s.name || '.' || quote_ident(c.relname) as name,
         s.managed and c.relowner in (select oid from platform_role) as platform,
         case c.relkind when 'c' then 0 else c.oid::bigint end as whose
    from pg_class c
    join space s on s.oid = c.relnamespace
   where (%(near)s::oid[] is null or c.oid = any (%(near)s))
     and not exists (select from member m where m.classid = 'pg_class'::regclass and m.objid = c.oid)
),
own_relation as materialized (select * from relation where not platform),
routine as materialized (
  select p.*, p.tableoid as catalog, p.oid::regprocedure::text as name, -p.oid::bigint as whose
    from pg_proc p
    join space s on s.oid = p.pronamespace
   where (%(near)s::oid[] is null or p.oid = any (%(near)s))
     and not (s.managed and p.proowner in (select oid from platform_role))
     and not exists (select from member m where m.classid = 'pg_proc'::regclass and m.objid = p.oid)
     -- the constructors of a range come with it
     and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid
                        and d.refclassid = 'pg_type'::regclass and d.deptype = 'i')
),
-- Types in their own right: not the arrays, not the row types of tables.
type as materialized (
  select t.*, format_type(t.oid, null) as name
    from pg_type t
    join space s on s.oid = t.typnamespace
    left join pg_class c on c.oid = t.typrelid
   where (%(near)s::oid[] is null or t.oid = any (%(near)s))
     and (t.typtype in ('e', 'd', 'r', 'm', 'b') and t.typcategory <> 'A' or c.relkind = 'c')
     and not (s.managed and t.typowner in (select oid from platform_role))
     and not exists (select from member m where m.classid = 'pg_type'::regclass and m.objid = t.oid)
),
-- What of the user's own is named by a definition: whoever makes that again has to make this again.
mention (classid, objid, said) as (
  select d.classid, d.objid,
         case when a.attname is not null then 'column ' || r.name || '.' || quote_ident(a.attname)
              else case r.relkind when 'f' then 'foreign table ' when 'v' then 'view ' when 'm' then 'materialized view '
                                  when 'S' then 'sequence ' when 'c' then 'type ' else 'table ' end || r.name end
    from pg_depend d
    join own_relation r on r.oid = d.refobjid and r.relkind in ('r', 'p', 'f', 'v', 'm', 'S', 'c')
    left join pg_attribute a on a.attrelid = r.oid and a.attnum = d.refobjsubid and d.refobjsubid > 0
   where (%(about)s::oid[] is null or d.objid = any (%(about)s))
     and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'n')
  union all
  select d.classid, d.objid,
         case p.prokind when 'a' then 'aggregate ' when 'p' then 'procedure ' else 'function ' end || p.name
    from pg_depend d join routine p on p.oid = d.refobjid
   where (%(about)s::oid[] is null or d.objid = any (%(about)s))
     and d.refclassid = 'pg_proc'::regclass and d.deptype in ('a', 'n')
  union all
  -- the row type of a table stands for the table
  select d.classid, d.objid,
         case r.relkind when 'f' then 'foreign table ' when 'v' then 'view ' when 'm' then 'materialized view '
                        when 'r' then 'table ' when 'p' then 'table ' else 'type ' end || coalesce(r.name, t.name)
    from pg_depend d
    join (select oid, 0::oid as typrelid, name from type
          union all
          select t.oid, t.typrelid, r.name from own_relation r join pg_type t on t.oid = r.reltype
          union all
          select e.typarray, e.typrelid, format_type(e.oid, null)
            from pg_type e join space s on s.oid = e.typnamespace where e.typarray <> 0) t on t.oid = d.refobjid
    left join own_relation r on r.oid = t.typrelid
   where (%(about)s::oid[] is null or d.objid = any (%(about)s))
     and d.refclassid = 'pg_type'::regclass and d.deptype in ('a', 'n')
     and d.classid in ('pg_proc'::regclass, 'pg_rewrite'::regclass)
  union all
  select d.classid, d.objid, 'constraint ' || r.name || '.' || quote_ident(c.conname)
    from pg_depend d
    join pg_constraint c on c.oid = d.refobjid
    join own_relation r on r.oid = c.conrelid
   where (%(about)s::oid[] is null or d.objid = any (%(about)s))
     and d.refclassid = 'pg_constraint'::regclass and d.deptype = 'n'
),
-- joined by the catalog's own column and not by its name: of a constant the planner expects next to nothing
uses as materialized (
  select classid, objid, string_agg(distinct 'uses ' || said, E'\x1f' order by 'uses ' || said) as said
    from mention
   group by classid, objid
),
-- Every list of privileges; a missing one means the built-in default, which is written out.
privileges as (
  select 'relation' as kind, name as identity, relowner as owner,
         coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)) as acl, whose
    from own_relation where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'column', r.name || '.' || quote_ident(a.attname), r.relowner, a.attacl, r.whose
    from pg_attribute a join relation r on r.oid = a.attrelid
   where a.attacl is not null and not a.attisdropped
  union all
  -- the platform makes partitions of its tables every day
  select 'relation', name, relowner, relacl, whose
    from relation where platform and relacl is not null and not relispartition and relkind in ('r', 'p', 'v', 'm')
  union all
  select 'function', name, proowner, coalesce(proacl, acldefault('f', proowner)), whose from routine
),
-- What is said about something, and whose it is.
label as (
  select l.*, case l.classoid
           when 'pg_class'::regclass then
             coalesce((select i.indrelid::bigint from pg_index i where i.indexrelid = l.objoid),
                      (select case c.relkind when 'c' then 0 else c.oid::bigint end from pg_class c where c.oid = l.objoid))
           when 'pg_proc'::regclass then -l.objoid::bigint
           when 'pg_constraint'::regclass then (select conrelid::bigint from pg_constraint where oid = l.objoid)
           when 'pg_trigger'::regclass then (select tgrelid::bigint from pg_trigger where oid = l.objoid)
           when 'pg_policy'::regclass then (select polrelid::bigint from pg_policy where oid = l.objoid)
           when 'pg_rewrite'::regclass then (select ev_class::bigint from pg_rewrite where oid = l.objoid)
           else 0 end as whose
    from (select classoid, objoid, objsubid, null as provider, description as said from pg_description
          union all
          select classoid, objoid, objsubid, provider, label from pg_seclabel) l
   where l.objoid >= 16384  -- below: built in
      -- but for the schema public, of which every cluster says the same until somebody says otherwise
      or (l.classoid = 'pg_namespace'::regclass and l.objoid = to_regnamespace('public')
          and l.said <> 'standard public schema')
)
