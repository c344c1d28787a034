-- Functions that run as their owner, that anybody may call, and that never ask who calls. To ask is to name who
-- is signed in, or a function that does.
with client as materialized (
  select oid from pg_roles where rolname = 'anon'
),
source as materialized (
  select f.oid, f.proname, f.prosecdef, f.pronamespace, f.prorettype, n.nspname, f.prosrc,
         coalesce(f.prosqlbody::text, '') as tree,
         f.prosrc ~* '\mauth\.(uid|jwt|role|email)\M|request\.jwt|\m(current_setting|session_user)\M' as asks
    from pg_proc f
    join pg_namespace n on n.oid = f.pronamespace
   where n.nspname <> 'information_schema' and n.nspname not like 'pg\_%%'
     and not exists (select from pg_depend e
                      where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'e')
),
asking as materialized (
  select distinct proname from source where asks
)
select f.oid::regprocedure::text as object,
       'anon may call it, it runs as its owner, whom no policy stops, and it does not ask who calls' as detail,
       format('revoke execute on function %%s from public, anon, authenticated; or let it run as its caller: '
              'alter function %%s security invoker;', f.oid::regprocedure, f.oid::regprocedure) as remedy,
       '' as key
  from source f
  cross join client
 where f.nspname = any (%(schemas)s::text[])
   and f.prosecdef and not f.asks
   and f.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
   and has_function_privilege(client.oid, f.oid, 'execute')
   and has_schema_privilege(client.oid, f.pronamespace, 'usage')
   and not exists (select from asking a where strpos(f.prosrc, a.proname || '(') > 0)
   -- a body that was stored as it was parsed says whom it calls only here
   and not exists (select from pg_depend d
                     join source called on called.oid = d.refobjid and (called.asks or called.nspname = 'auth')
                    where d.classid = 'pg_proc'::regclass and d.objid = f.oid
                      and d.refclassid = 'pg_proc'::regclass)
 order by 1
