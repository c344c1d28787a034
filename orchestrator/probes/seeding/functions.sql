-- What the functions outside the server's own schemas say, for those that policies call; nothing where they are
-- written in another language or belong to an extension. With each: whether it may leave the database.
select p.oid::bigint, p.proname::text,
       case when l.lanname in ('sql', 'plpgsql') and e.extname is null
            then coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)
       end as says,
       case when l.lanname not in ('sql', 'plpgsql') and e.extname is null then l.lanname::text else '' end as language,
       array(select d.refobjid::bigint from pg_depend d
              where d.classid = 'pg_proc'::regclass and d.objid = p.oid
                and d.refclassid = 'pg_class'::regclass) as reads,
       array(select d.refobjid::bigint from pg_depend d
              where d.classid = 'pg_proc'::regclass and d.objid = p.oid
                and d.refclassid = 'pg_proc'::regclass) as calls,
       coalesce(e.extname in ('dblink', 'http', 'pg_net', 'postgres_fdw', 'file_fdw', 'plproxy', 'wrappers'), false)
         or (l.lanpltrusted is false and l.lanname not in ('internal', 'c')) as leaves
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang
  left join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
                       and d.refclassid = 'pg_extension'::regclass
  left join pg_extension e on e.oid = d.refobjid
 where n.nspname not in ('pg_catalog', 'information_schema')
   and (e.extname is null
        or e.extname in ('dblink', 'http', 'pg_net', 'postgres_fdw', 'file_fdw', 'plproxy', 'wrappers'))
