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

with recursive platform_role as materialized (
  select oid from pg_roles
   where rolname like 'supabase\_%' or rolname in ('dashboard_user', 'pgbouncer', 'pgsodium_keymaker')
),
space as materialized (
  select n.oid, n.nspname as raw_name, quote_ident(n.nspname) as name, n.nspowner, n.nspacl,
         n.nspname in ('auth', 'storage', 'realtime', '_realtime', '_supavisor', '_analytics', 'extensions',
                       'graphql', 'graphql_public', 'vault', 'pgsodium', 'pgsodium_masks', 'pgbouncer',
                       'supabase_functions', 'cron', 'net', 'pgmq', 'pgtle') as managed
    from pg_namespace n
   where n.nspname not like 'pg\_%' and n.nspname not in ('information_schema', 'supabase_migrations')
),
-- Members of extensions, with the indexes, sequences, types and constraints that depend on members.
member (classid, objid) as (
  select classid, objid from pg_depend where deptype = 'e'
  union
  select d.classid, d.objid
    from member m
    join pg_depend d on d.refclassid = m.classid and d.refobjid = m.objid and d.deptype in ('a', 'i')
   where d.classid in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_constraint'::regclass)
),
relation as materialized (
  select c.*, c.tableoid as catalog, s.name || '.' || quote_ident(c.relname) as name,
         s.managed and c.relowner in (select oid from platform_role) as platform
    from pg_class c
    join space s on s.oid = c.relnamespace
   where not exists (select from member m where m.classid = 'pg_class'::regclass and m.objid = c.oid)
),
own_relation as materialized (select * from relation where not platform),
routine as materialized (
  select p.*, p.tableoid as catalog, p.oid::regprocedure::text as name
    from pg_proc p
    join space s on s.oid = p.pronamespace
   where not (s.managed and p.proowner in (select oid from platform_role))
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
   where (t.typtype in ('e', 'd', 'r', 'm', 'b') and t.typcategory <> 'A' or c.relkind = 'c')
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
   where d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'n')
  union all
  select d.classid, d.objid,
         case p.prokind when 'a' then 'aggregate ' when 'p' then 'procedure ' else 'function ' end || p.name
    from pg_depend d join routine p on p.oid = d.refobjid
   where d.refclassid = 'pg_proc'::regclass and d.deptype in ('a', 'n')
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
   where d.refclassid = 'pg_type'::regclass and d.deptype in ('a', 'n')
     and d.classid in ('pg_proc'::regclass, 'pg_rewrite'::regclass)
  union all
  select d.classid, d.objid, 'constraint ' || r.name || '.' || quote_ident(c.conname)
    from pg_depend d
    join pg_constraint c on c.oid = d.refobjid
    join own_relation r on r.oid = c.conrelid
   where d.refclassid = 'pg_constraint'::regclass and d.deptype = 'n'
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
         coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)) as acl
    from own_relation where relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'column', r.name || '.' || quote_ident(a.attname), r.relowner, a.attacl
    from pg_attribute a join relation r on r.oid = a.attrelid
   where a.attacl is not null and not a.attisdropped
  union all
  -- the platform makes partitions of its tables every day
  select 'relation', name, relowner, relacl
    from relation where platform and relacl is not null and not relispartition and relkind in ('r', 'p', 'v', 'm')
  union all
  select 'schema', name, nspowner, coalesce(nspacl, acldefault('n', nspowner)) from space
  union all
  select 'function', name, proowner, coalesce(proacl, acldefault('f', proowner)) from routine
  union all
  select 'type', name, typowner, coalesce(typacl, acldefault('T', typowner)) from type
   where typtype <> 'm'  -- a multirange is its range's: nobody can say more about it
  union all
  -- of these, only lists that are not the built-in default: their owners are not ours
  select kind, identity, owner, acl
    from (select 'foreign data wrapper', quote_ident(fdwname), fdwowner, fdwacl, 'F' from pg_foreign_data_wrapper
          union all
          select 'foreign server', quote_ident(srvname), srvowner, srvacl, 'S' from pg_foreign_server
          union all
          select 'language', quote_ident(lanname), lanowner, lanacl, 'l' from pg_language
          union all
          select 'database', 'this', datdba, datacl, 'd' from pg_database where datname = current_database()
         ) x (kind, identity, owner, acl, type)
   where acl is not null
     and array(select unnest(acl)::text order by 1)
         <> array(select unnest(acldefault(type::"char", owner))::text order by 1)
  union all
  select 'default privilege', concat_ws('/', d.defaclrole::regrole, coalesce(s.name, '*'), d.defaclobjtype::text),
         0, d.defaclacl
    from pg_default_acl d
    left join space s on s.oid = d.defaclnamespace
   where (d.defaclnamespace = 0 or s.oid is not null)
     and not (coalesce(s.managed, false) and d.defaclrole in (select oid from platform_role))
),
-- Kinds that are rare enough to be told by name and the little that is easily said.
rarity (catalog, oid, definition) as (
  select 'pg_cast'::regclass, c.oid,
         concat_ws(' ', c.castcontext::text, c.castmethod::text, nullif(c.castfunc, 0)::regprocedure::text)
    from pg_cast c
   where not exists (select from pg_depend d where d.classid = 'pg_cast'::regclass and d.objid = c.oid
                        and d.deptype = 'i')
  union all
  select 'pg_operator', o.oid,
         concat_ws(' ', o.oprcode::text, o.oprrest::text, o.oprjoin::text, nullif(o.oprcom, 0)::regoperator::text,
                   nullif(o.oprnegate, 0)::regoperator::text, 'hashes=' || o.oprcanhash, 'merges=' || o.oprcanmerge)
    from pg_operator o
  union all
  select 'pg_opclass', oid, 'default=' || opcdefault from pg_opclass
  union all select 'pg_opfamily', oid, '' from pg_opfamily
  union all select 'pg_amop', oid, amoppurpose::text from pg_amop
  union all select 'pg_amproc', oid, amproc::text from pg_amproc
  union all
  select 'pg_collation', oid, concat_ws(' ', collprovider::text, collcollate, collctype, collisdeterministic::text)
    from pg_collation
  union all select 'pg_conversion', oid, conproc::text from pg_conversion
  union all select 'pg_ts_parser', oid, '' from pg_ts_parser
  union all select 'pg_ts_template', oid, '' from pg_ts_template
  union all
  select 'pg_ts_dict', d.oid, concat_ws(' ', 'owner=' || d.dictowner::regrole, d.dictinitoption) from pg_ts_dict d
  union all
  select 'pg_ts_config', c.oid,
         (select string_agg(m.maptokentype || ':' || m.mapdict::regdictionary, ',' order by m.maptokentype, m.mapseqno)
            from pg_ts_config_map m where m.mapcfg = c.oid)
    from pg_ts_config c
  union all select 'pg_language', oid, 'owner=' || lanowner::regrole from pg_language
  union all
  select 'pg_transform', oid, concat_ws(' ', trffromsql::text, trftosql::text) from pg_transform
  union all select 'pg_am', oid, amhandler::text from pg_am
  union all
  select 'pg_foreign_data_wrapper', oid,
         concat_ws(' ', 'owner=' || fdwowner::regrole, fdwhandler::regproc, fdwvalidator::regproc, fdwoptions::text)
    from pg_foreign_data_wrapper
)

select 'schema' as kind, name as identity, 'owner=' || nspowner::regrole as definition from space

union all
select 'extension', quote_ident(extname), concat_ws(E'\x1f', 'schema=' || extnamespace::regnamespace, 'version=' || extversion)
  from pg_extension

union all
select case r.relkind when 'f' then 'foreign table' else 'table' end, r.name, concat_ws(E'\x1f',
         'owner=' || r.relowner::regrole,
         case r.relpersistence when 'u' then 'unlogged' when 't' then 'temporary' end,
         case when r.relrowsecurity then 'row security' end,
         case when r.relforcerowsecurity then 'forced' end,
         'partition by=' || case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
         'bound=' || case when r.relispartition then pg_get_expr(r.relpartbound, r.oid) end,
         'inherits=' || (select string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno)
                           from pg_inherits i where i.inhrelid = r.oid),
         'of=' || nullif(r.reloftype, 0)::regtype,
         'replica identity=' || nullif(r.relreplident, 'd')::text,
         'method=' || (select am.amname from pg_am am where am.oid = r.relam and am.amname <> 'heap'),
         'tablespace=' || (select t.spcname from pg_tablespace t where t.oid = r.reltablespace),
         'with=' || (select string_agg(o, ', ' order by o)
                       from (select unnest(r.reloptions)
                             union all
                             select 'toast.' || unnest(h.reloptions) from pg_class h where h.oid = r.reltoastrelid) all_of (o)),
         'server=' || (select quote_ident(s.srvname) from pg_foreign_table f join pg_foreign_server s on s.oid = f.ftserver
                        where f.ftrelid = r.oid),
         'options=' || (select string_agg(quote_ident(o.option_name) || ' ' || quote_literal(o.option_value), ', '
                                          order by o.option_name)
                          from pg_foreign_table f cross join pg_options_to_table(f.ftoptions) o
                         where f.ftrelid = r.oid))
  from own_relation r where r.relkind in ('r', 'p', 'f')

union all
select 'column', r.name || '.' || quote_ident(a.attname), concat_ws(E'\x1f',
         'type=' || format_type(a.atttypid, a.atttypmod),
         'collate=' || case when a.attcollation not in (0, t.typcollation) then a.attcollation::regcollation end,
         case when a.attnotnull then 'not null' end,
         case a.attgenerated when '' then 'default=' when 's' then 'generated=' else 'generated virtual=' end
           || pg_get_expr(d.adbin, d.adrelid),
         case a.attidentity when 'a' then 'identity=always' when 'd' then 'identity=by default' end,
         'storage=' || nullif(a.attstorage, t.typstorage)::text,
         'compression=' || nullif(a.attcompression, '')::text,
         'statistics=' || nullif(a.attstattarget, -1),
         -- newer servers stamp columns with a version of their own, pg_attver
         'options=' || (select string_agg(o, ', ' order by o) from unnest(a.attoptions) o where o not like 'pg\_%'),
         'foreign options=' || (select string_agg(quote_ident(o.option_name) || ' ' || quote_literal(o.option_value), ', '
                                                  order by o.option_name)
                                  from pg_options_to_table(a.attfdwoptions) o),
         case when a.attinhcount > 0 and not a.attislocal then 'inherited' end,
         u.said)
  from pg_attribute a
  join own_relation r on r.oid = a.attrelid and r.relkind in ('r', 'p', 'f', 'v', 'm', 'c')
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join uses u on u.classid = d.tableoid and u.objid = d.oid
 where a.attnum > 0 and not a.attisdropped

union all
select 'constraint', o.name || '.' || quote_ident(c.conname), concat_ws(E'\x1f',
         'definition=' || pg_get_constraintdef(c.oid),
         case when c.contype in ('c', 'n') and c.connoinherit and o.is_relation then 'local only' end,
         case when not c.convalidated then 'unchecked' end,
         case when not c.conislocal then 'inherited' end,
         u.said)
  from pg_constraint c
  left join uses u on u.classid = c.tableoid and u.objid = c.oid
  join (select oid, name, true as is_relation from own_relation
        union all
        select oid, name, false from type) o
    on o.oid = coalesce(nullif(c.conrelid, 0), c.contypid) and o.is_relation = (c.conrelid <> 0)
 where c.contype in ('c', 'f', 'p', 'u', 'x', 'n')

union all
select 'index', r.name, concat_ws(E'\x1f', 'definition=' || pg_get_indexdef(i.indexrelid),
         'on=' || i.indrelid::regclass,
         case when k.conindid is not null then 'of a constraint' end,
         case when not i.indisvalid then 'invalid' end,
         case when i.indisclustered then 'clustered' end,
         case when i.indisreplident then 'replica identity' end,
         'part of=' || (select h.inhparent::regclass from pg_inherits h where h.inhrelid = i.indexrelid),
         'tablespace=' || (select t.spcname from pg_tablespace t where t.oid = r.reltablespace),
         u.said)
  from own_relation r
  join pg_index i on i.indexrelid = r.oid
  left join (select distinct conindid from pg_constraint where contype in ('p', 'u', 'x')) k on k.conindid = r.oid
  left join uses u on u.classid = r.catalog and u.objid = r.oid

union all
select 'sequence', r.name, concat_ws(E'\x1f',
         'owner=' || r.relowner::regrole, 'type=' || q.seqtypid::regtype, 'start=' || q.seqstart, 'by=' || q.seqincrement,
         'from=' || q.seqmin, 'to=' || q.seqmax, 'cache=' || q.seqcache, case when q.seqcycle then 'cycles' end,
         case when r.relpersistence = 'u' then 'unlogged' end,
         (select case d.deptype when 'i' then 'identity of=' else 'owned by=' end
                 || d.refobjid::regclass || '.' || quote_ident(a.attname)
            from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
           where d.classid = 'pg_class'::regclass and d.objid = r.oid
             and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')))
  from own_relation r join pg_sequence q on q.seqrelid = r.oid

union all
select case r.relkind when 'm' then 'materialized view' else 'view' end, r.name, concat_ws(E'\x1f',
         'owner=' || r.relowner::regrole,
         'with=' || (select string_agg(o, ', ' order by o) from unnest(r.reloptions) o),
         case when not r.relispopulated then 'not populated' end,
         'method=' || (select am.amname from pg_am am where am.oid = r.relam and am.amname <> 'heap'),
         'tablespace=' || (select t.spcname from pg_tablespace t where t.oid = r.reltablespace),
         'columns=' || (select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                          from pg_attribute a where a.attrelid = r.oid and a.attnum > 0),
         'definition=' || pg_get_viewdef(r.oid),
         u.said)
  from own_relation r
  left join pg_rewrite w on w.ev_class = r.oid and w.rulename = '_RETURN'
  left join uses u on u.classid = w.tableoid and u.objid = w.oid
 where r.relkind in ('v', 'm')

union all
select case p.prokind when 'a' then 'aggregate' when 'p' then 'procedure' else 'function' end, p.name, concat_ws(E'\x1f',
         'owner=' || p.proowner::regrole,
         case when p.prokind <> 'a' then 'arguments=' || pg_get_function_arguments(p.oid) end,
         case when p.prokind <> 'a' then 'returns=' || pg_get_function_result(p.oid) end,
         case when p.prokind <> 'a' then 'definition=' || pg_get_functiondef(p.oid) end,
         (select concat_ws(E'\x1f', 'kind=' || a.aggkind::text, 'step=' || a.aggtransfn, 'state=' || format_type(a.aggtranstype, null),
                           'size=' || nullif(a.aggtransspace, 0),
                           'final=' || nullif(a.aggfinalfn, 0), case when a.aggfinalextra then 'final extra' end,
                           'final modify=' || nullif(a.aggfinalmodify, 'r')::text,
                           'combine=' || nullif(a.aggcombinefn, 0), 'serialize=' || nullif(a.aggserialfn, 0),
                           'deserialize=' || nullif(a.aggdeserialfn, 0), 'start=' || a.agginitval,
                           'moving=' || nullif(a.aggmtransfn, 0), 'sort=' || nullif(a.aggsortop, 0)::regoperator,
                           'parallel=' || nullif(p.proparallel, 'u')::text)
            from pg_aggregate a where a.aggfnoid = p.oid),
         u.said)
  from routine p
  left join uses u on u.classid = p.catalog and u.objid = p.oid

union all
select 'trigger', r.name || '.' || quote_ident(t.tgname), concat_ws(E'\x1f', 'definition=' || pg_get_triggerdef(t.oid),
         'fires=' || case t.tgenabled when 'D' then 'never' when 'A' then 'always' when 'R' then 'on replicas' end,
         case when t.tgparentid <> 0 then 'inherited' end,
         u.said)
  from pg_trigger t
  left join uses u on u.classid = t.tableoid and u.objid = t.oid
  join relation r on r.oid = t.tgrelid
  join pg_proc p on p.oid = t.tgfoid
 where not t.tgisinternal and not (r.platform and p.pronamespace = r.relnamespace)

union all
select 'event trigger', quote_ident(e.evtname), concat_ws(E'\x1f', 'owner=' || e.evtowner::regrole, 'on=' || e.evtevent,
         'calls=' || e.evtfoid::regprocedure,
         'fires=' || case e.evtenabled when 'D' then 'never' when 'A' then 'always' when 'R' then 'on replicas' end,
         'tags=' || (select string_agg(quote_literal(tag), ', ' order by tag) from unnest(e.evttags) tag),
         u.said)
  from pg_event_trigger e
  left join uses u on u.classid = e.tableoid and u.objid = e.oid
 where e.evtowner not in (select oid from platform_role)
   and not exists (select from member m where m.classid = 'pg_event_trigger'::regclass and m.objid = e.oid)

union all
select 'rule', r.name || '.' || quote_ident(w.rulename), concat_ws(E'\x1f',
         'definition=' || pg_get_ruledef(w.oid),
         'fires=' || case w.ev_enabled when 'D' then 'never' when 'A' then 'always' when 'R' then 'on replicas' end,
         u.said)
  from pg_rewrite w
  join own_relation r on r.oid = w.ev_class
  left join uses u on u.classid = w.tableoid and u.objid = w.oid
 where w.rulename <> '_RETURN'

union all
select 'policy', r.name || '.' || quote_ident(p.polname), concat_ws(E'\x1f',
         case when p.polpermissive then 'permissive' else 'restrictive' end,
         'for=' || case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
                       else 'all' end,
         'to=' || (select string_agg(name, ', ' order by name)
                     from (select case when g = 0 then 'public' else g::regrole::text end as name
                             from unnest(p.polroles) g) named),
         'using=' || pg_get_expr(p.polqual, p.polrelid),
         'check=' || pg_get_expr(p.polwithcheck, p.polrelid),
         u.said)
  from pg_policy p
  join relation r on r.oid = p.polrelid
  left join uses u on u.classid = p.tableoid and u.objid = p.oid

union all
select 'type', t.name, concat_ws(E'\x1f', 'owner=' || case when t.typtype <> 'm' then t.typowner::regrole end,
         'kind=' || case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range'
                                   when 'm' then 'multirange' when 'c' then 'composite' else 'base' end,
         'labels=' || (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
                         from pg_enum e where e.enumtypid = t.oid),
         'attributes=' || (select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                             from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped),
         'over=' || case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
         'collate=' || case when t.typtype = 'd' and t.typcollation <> b.typcollation
                            then t.typcollation::regcollation end,
         case when t.typnotnull then 'not null' end,
         'default=' || t.typdefault,
         (select concat_ws(E'\x1f', 'subtype=' || g.rngsubtype::regtype,
                           'subtype diff=' || nullif(g.rngsubdiff, 0)::regproc,
                           'canonical=' || nullif(g.rngcanonical, 0)::regproc,
                           'range collation=' || (select nullif(g.rngcollation, s.typcollation)::regcollation
                                                    from pg_type s where s.oid = g.rngsubtype),
                           'operators=' || (select (o.opcnamespace::regnamespace || '.' || quote_ident(o.opcname))
                                              from pg_opclass o where o.oid = g.rngsubopc and not o.opcdefault),
                           'multirange=' || g.rngmultitypid::regtype)
            from pg_range g where g.rngtypid = t.oid and t.typtype = 'r'),
         'range=' || (select g.rngtypid::regtype from pg_range g where g.rngmultitypid = t.oid),
         case when t.typtype = 'b' then concat_ws(E'\x1f', 'input=' || t.typinput, 'output=' || t.typoutput,
                                                  'length=' || t.typlen, 'align=' || t.typalign::text) end)
  from type t left join pg_type b on b.oid = t.typbasetype

union all
select 'statistics', s.name || '.' || quote_ident(x.stxname), concat_ws(E'\x1f', 'owner=' || x.stxowner::regrole,
         -- the server's own text has the columns in the order of the table
         'definition=CREATE STATISTICS ' || s.name || '.' || quote_ident(x.stxname)
           || case when x.stxkind @> '{d,f,m}' or x.stxkind <@ '{e}' then ''
                   else ' (' || (select string_agg(case k when 'd' then 'ndistinct' when 'f' then 'dependencies' else 'mcv' end,
                                                   ', ' order by k) from unnest(x.stxkind) k where k <> 'e') || ')' end
           || ' ON ' || (select string_agg(part, ', ' order by part)
                           from (select quote_ident(a.attname) from pg_attribute a
                                  where a.attrelid = x.stxrelid and a.attnum = any (x.stxkeys)
                                 union all
                                 select '(' || unnest(pg_get_statisticsobjdef_expressions(x.oid)) || ')') listed (part))
           || ' FROM ' || x.stxrelid::regclass,
         'on=' || x.stxrelid::regclass,
         'target=' || nullif(x.stxstattarget, -1))
  from pg_statistic_ext x join space s on s.oid = x.stxnamespace

union all
select 'publication', quote_ident(p.pubname), concat_ws(E'\x1f', 'owner=' || p.pubowner::regrole,
         case when p.puballtables then 'all tables' end,
         'publish=' || concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
                   case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end),
         case when p.pubviaroot then 'via root' end,
         'generated columns=' || nullif(to_jsonb(p) ->> 'pubgencols', 'n'))  -- since PostgreSQL 18
  from pg_publication p

union all
select 'published table', quote_ident(p.pubname) || '/' || r.name, concat_ws(E'\x1f',
         'where=' || pg_get_expr(m.prqual, m.prrelid),
         'columns=' || (select string_agg(quote_ident(a.attname), ', ' order by a.attname)
                          from pg_attribute a where a.attrelid = m.prrelid and a.attnum = any (m.prattrs)),
         u.said)
  from pg_publication_rel m
  left join uses u on u.classid = m.tableoid and u.objid = m.oid
  join pg_publication p on p.oid = m.prpubid
  join relation r on r.oid = m.prrelid
 where not (r.platform and p.pubowner in (select oid from platform_role))

union all
select 'published schema', quote_ident(p.pubname) || '/' || m.pnnspid::regnamespace, ''
  from pg_publication_namespace m join pg_publication p on p.oid = m.pnpubid

union all
select 'subscription', quote_ident(u.subname), concat_ws(E'\x1f', 'owner=' || u.subowner::regrole,
         'enabled=' || u.subenabled, 'publications=' || u.subpublications::text)
  from pg_subscription u where u.subdbid = (select oid from pg_database where datname = current_database())

union all
select 'server', quote_ident(s.srvname), concat_ws(E'\x1f', 'owner=' || s.srvowner::regrole,
         'wrapper=' || quote_ident(f.fdwname), 'type=' || s.srvtype, 'version=' || s.srvversion,
         'options=' || (select string_agg(quote_ident(o.option_name) || ' ' || quote_literal(o.option_value), ', '
                                          order by o.option_name) from pg_options_to_table(s.srvoptions) o))
  from pg_foreign_server s
  join pg_foreign_data_wrapper f on f.oid = s.srvfdw
 where not exists (select from member m where m.classid = 'pg_foreign_server'::regclass and m.objid = s.oid)

union all
select 'user mapping', quote_ident(m.srvname) || '/' || quote_ident(m.usename), '' from pg_user_mappings m

union all
-- A custom setting may be a secret; it is told by its digest.
select 'setting', coalesce(nullif(s.setrole, 0)::regrole::text, '*') || '/' || v.name,
       case when strpos(v.name, '.') > 0 then 'value=sha256:' || encode(sha256(convert_to(v.value, 'UTF8')), 'hex')
            else 'value=' || v.value end
  from pg_db_role_setting s
 cross join lateral (select split_part(c, '=', 1) as name, substr(c, strpos(c, '=') + 1) as value
                       from unnest(s.setconfig) c) v
 where s.setdatabase = (select oid from pg_database where datname = current_database())

union all
select case when l.provider is null then 'comment' else 'security label' end,
       concat_ws(' ', l.provider, o.type, o.identity), 'text=' || l.said
  from (select classoid, objoid, objsubid, null as provider, description as said from pg_description
        union all
        select classoid, objoid, objsubid, provider, label from pg_seclabel) l
 cross join lateral pg_identify_object(l.classoid, l.objoid, l.objsubid) o
  left join space s on s.name = o.schema
 where l.objoid >= 16384  -- below: built in
   and o.type <> 'extension' and not coalesce(s.managed, false)
   and (o.schema is null or s.oid is not null)
   and not exists (select from member m where m.classid = l.classoid and m.objid = l.objoid)

union all
select 'grant', p.kind || ' ' || p.identity, coalesce(string_agg(distinct e.said, E'\x1f' order by e.said), '')
  from privileges p
  left join lateral (
   select case when x.grantee = 0 then 'public' else x.grantee::regrole::text end || ' ' || x.privilege_type
            || case when x.is_grantable then '*' else '' end as said
     from aclexplode(p.acl) x) e on true
 group by p.kind, p.identity

union all
select o.type, o.identity, coalesce(x.definition, '')
  from rarity x
 cross join lateral pg_identify_object(x.catalog, x.oid, 0) o
  left join space s on s.name = o.schema
 where x.oid >= 16384 and not coalesce(s.managed, false) and (o.schema is null or s.oid is not null)
   and not exists (select from member m where m.classid = x.catalog and m.objid = x.oid)
