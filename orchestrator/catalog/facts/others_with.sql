-- Of these there are so few that nobody asks whose they are.
other_privileges as (
  select 'schema' as kind, name as identity, nspowner as owner, coalesce(nspacl, acldefault('n', nspowner)) as acl from space
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
