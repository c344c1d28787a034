-- Functions, procedures and aggregates; members of extensions and what is built in are left out.
select n.nspname::text, p.proname::text,
       array(select format_type(argument.type, null)
               from unnest(p.proargtypes::oid[]) with ordinality argument (type, place)
              order by argument.place) as arguments,
       format_type(p.prorettype, null) as returns,
       p.prosecdef,
       exists (select from unnest(p.proconfig) setting where setting like 'search\_path=%') as pins_search_path,
       case when p.prosqlbody is null and p.prokind <> 'a' and l.lanname not in ('c', 'internal')
            then p.prosrc end as body
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang
 where n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
   and not exists (select from pg_depend e
                    where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
 order by n.nspname, p.proname, p.oid
