-- What the functions outside the server's own schemas say, for those that policies call.
select p.oid::bigint, p.proname::text, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as says
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang
 where l.lanname in ('sql', 'plpgsql')
   and n.nspname not in ('pg_catalog', 'information_schema')
   and not exists (select from pg_depend e
                    where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
