-- Functions that run as their owner and find names where the caller says.
select f.oid::regprocedure::text as object,
       'it runs as its owner, and its caller decides by search_path what its names mean' as detail,
       format('qualify the names in it, and: alter function %%s set search_path = '''';', f.oid::regprocedure) as remedy,
       '' as key
  from pg_proc f
  join pg_namespace n on n.oid = f.pronamespace
  join pg_language l on l.oid = f.prolang
 where n.nspname = any (%(schemas)s::text[])
   and f.prosecdef
   -- what was parsed when it was made has its names bound
   and f.prosqlbody is null
   and l.lanname not in ('internal', 'c')
   and not exists (select from unnest(f.proconfig) setting where setting like 'search\_path=%%')
   and not exists (select from pg_depend e
                    where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'e')
 order by 1
