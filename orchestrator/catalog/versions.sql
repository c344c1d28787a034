-- Which versions of rows the catalog consists of, as rows (key, version, names): a digest of all rows that tell of
-- one relation (key: its OID) or one routine (key: its OID below zero), and a digest of what others that depend on it
-- may say of it: what it is called, its columns, whose it is. Key 0: every other row that facts/, holdings.sql and
-- what is beyond them are made from.
--
-- A row's version is known by its place and the transaction that wrote it. Undoing a savepoint brings both back, and
-- no two transactions of a server have the same number, not even in clones of one database. So equal digests mean
-- equal rows. What the server changes in place (statistics, whether there are indexes) is told nowhere.
-- Of pg_depend only what is written without the row that depends: what a sequence belongs to, what an extension has.
-- Left out: the triggers that check foreign keys, of which nothing is told.
with relation as materialized (
  select c.oid, c.relkind,
         -- what is in a temporary schema hides built-in names
         case when c.relkind = 'c' or c.relnamespace = pg_my_temp_schema() then 0
              else coalesce(t.oid, i.indrelid, c.oid)::bigint end as key
    from pg_class c
    left join pg_index i on i.indexrelid = c.oid
    left join pg_class t on t.reltoastrelid = coalesce(i.indrelid, c.oid) and t.reltoastrelid <> 0
   where c.oid >= 16384
),
written (oid, catalog, place, writer, names) as (
  select oid::bigint, tableoid, ctid, xmin,
         case when relkind in ('i', 't') then 0
              else hashnameextended(relname, (relnamespace::bigint << 32) | relowner::bigint) end
    from pg_class where oid >= 16384
  union all
  select attrelid::bigint, tableoid, ctid, xmin, hashnameextended(attname, (atttypid::bigint << 16) | attnum::bigint)
    from pg_attribute where attrelid >= 16384 and (attnum > 0 or attacl is not null)
  union all
  select adrelid::bigint, tableoid, ctid, xmin, 0 from pg_attrdef
  union all
  select conrelid::bigint, tableoid, ctid, xmin,
         case when contype in ('p', 'u') then hashnameextended(conname, oid::bigint) else 0 end
    from pg_constraint
  union all select indrelid::bigint, tableoid, ctid, xmin, 0 from pg_index where indrelid >= 16384
  union all select seqrelid::bigint, tableoid, ctid, xmin, 0 from pg_sequence
  union all select tgrelid::bigint, tableoid, ctid, xmin, 0 from pg_trigger where not tgisinternal
  union all select polrelid::bigint, tableoid, ctid, xmin, 0 from pg_policy
  union all select ev_class::bigint, tableoid, ctid, xmin, 0 from pg_rewrite where ev_class >= 16384
  union all select inhrelid::bigint, tableoid, ctid, xmin, 0 from pg_inherits
  union all select partrelid::bigint, tableoid, ctid, xmin, 0 from pg_partitioned_table
  union all select ftrelid::bigint, tableoid, ctid, xmin, 0 from pg_foreign_table
  union all select prrelid::bigint, tableoid, ctid, xmin, 0 from pg_publication_rel
  union all
  -- the row type of a table goes with it, and so does its array
  select coalesce(nullif(t.typrelid, 0), e.typrelid, 0)::bigint, t.tableoid, t.ctid, t.xmin,
         hashnameextended(t.typname, t.typnamespace::bigint)
    from pg_type t
    left join pg_type e on e.oid = t.typelem and e.typrelid <> 0 and t.typcategory = 'A'
   where t.oid >= 16384
  union all
  select -oid::bigint, tableoid, ctid, xmin,
         hashtextextended(concat_ws(' ', proname, pronamespace, proowner, prokind, prorettype, proargtypes,
                                    proallargtypes, proargnames, proargmodes), oid::bigint)
    from pg_proc where oid >= 16384
  union all
  select -aggfnoid::oid::bigint, tableoid, ctid, xmin, 0 from pg_aggregate where aggfnoid::oid >= 16384
  union all
  select case classid when 'pg_class'::regclass then objid::bigint when 'pg_proc'::regclass then -objid::bigint else 0 end,
         tableoid, ctid, xmin,
         -- nobody tells of what belongs to an extension
         case deptype when 'e' then hashtidextended(ctid, objid::bigint) else 0 end
    from pg_depend
   where classid in ('pg_class'::regclass, 'pg_proc'::regclass) and objid >= 16384 or deptype = 'e'
  union all
  select case l.classoid
           when 'pg_class'::regclass then l.objoid::bigint
           when 'pg_proc'::regclass then -l.objoid::bigint
           when 'pg_constraint'::regclass then (select conrelid::bigint from pg_constraint where oid = l.objoid)
           when 'pg_trigger'::regclass then (select tgrelid::bigint from pg_trigger where oid = l.objoid)
           when 'pg_policy'::regclass then (select polrelid::bigint from pg_policy where oid = l.objoid)
           when 'pg_rewrite'::regclass then (select ev_class::bigint from pg_rewrite where oid = l.objoid)
           else 0 end, l.catalog, l.place, l.writer, 0
    from (select classoid, objoid, tableoid, ctid, xmin from pg_description
           where objoid >= 16384 or (classoid = 'pg_namespace'::regclass and objoid = to_regnamespace('public'))
          union all
          select classoid, objoid, tableoid, ctid, xmin from pg_seclabel) l (classoid, objoid, catalog, place, writer)
  union all
  select 0, tableoid, ctid, xmin, 0 from pg_database where datname = current_database()
  union all select 0, tableoid, ctid, xmin, 0 from pg_namespace
  union all select 0, tableoid, ctid, xmin, 0 from pg_extension
  union all select 0, tableoid, ctid, xmin, 0 from pg_enum
  union all select 0, tableoid, ctid, xmin, 0 from pg_range
  union all select 0, tableoid, ctid, xmin, 0 from pg_default_acl
  union all select 0, tableoid, ctid, xmin, 0 from pg_event_trigger
  union all select 0, tableoid, ctid, xmin, 0 from pg_publication
  union all select 0, tableoid, ctid, xmin, 0 from pg_publication_namespace
  union all select 0, tableoid, ctid, xmin, 0 from pg_statistic_ext
  union all select 0, tableoid, ctid, xmin, 0 from pg_foreign_server
  union all select 0, tableoid, ctid, xmin, 0 from pg_foreign_data_wrapper
  union all select 0, tableoid, ctid, xmin, 0 from pg_cast where oid >= 16384
  union all select 0, tableoid, ctid, xmin, 0 from pg_operator where oid >= 16384
  union all select 0, tableoid, ctid, xmin, 0 from pg_opclass where oid >= 16384
  union all select 0, tableoid, ctid, xmin, 0 from pg_opfamily where oid >= 16384
  union all select 0, tableoid, ctid, xmin, 0 from pg_amop where oid >= 16384
  union all select 0, tableoid, ctid, xmin, 0 from pg_amproc where oid >= 16384
  union all select 0, tableoid, ctid, xmin, 0 from pg_am
  union all select 0, tableoid, ctid, xmin, 0 from pg_collation where oid >= 16384
  union all select 0, tableoid, ctid, xmin, 0 from pg_conversion where oid >= 16384
  union all select 0, tableoid, ctid, xmin, 0 from pg_language
  union all select 0, tableoid, ctid, xmin, 0 from pg_transform
  union all select 0, tableoid, ctid, xmin, 0 from pg_tablespace
  union all select 0, tableoid, ctid, xmin, 0 from pg_ts_parser
  union all select 0, tableoid, ctid, xmin, 0 from pg_ts_template
  union all select 0, tableoid, ctid, xmin, 0 from pg_ts_dict
  union all select 0, tableoid, ctid, xmin, 0 from pg_ts_config
  union all select 0, tableoid, ctid, xmin, 0 from pg_ts_config_map
  union all select 0, tableoid, ctid, xmin, 0 from pg_db_role_setting
  union all select 0, tableoid, ctid, xmin, 0 from pg_auth_members
),
digest (oid, version, names) as (
  select oid, bit_xor(hashtidextended(place, (catalog::bigint << 32) | writer::text::bigint)), bit_xor(names)
    from written group by oid
  union all
  -- of these not everybody may see the rows themselves
  select 0, hashtextextended(string_agg(r::text, E'\n' order by oid), 0), 0
    from (select oid, rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls,
                 rolconnlimit, rolvaliduntil from pg_roles) r
  union all
  select 0, hashtextextended(string_agg(m::text, E'\n' order by umid), 1), 0
    from (select umid, srvname, usename from pg_user_mappings) m
  union all
  select 0, hashtextextended(string_agg(s::text, E'\n' order by oid), 2), 0
    from (select oid, subdbid, subname, subowner, subenabled, subpublications from pg_subscription) s
)
select coalesce(r.key, least(d.oid, 0)) as key, bit_xor(d.version), bit_xor(d.names)
  from digest d left join relation r on r.oid::bigint = d.oid
 group by 1
