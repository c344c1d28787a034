-- What policies.sql noted, and the functions of the exposed schemas that run as their owner, with the relations
-- that their bodies name: by what the server knows of a body that it stored parsed, else by the words of its text.
with relation as materialized (
  select c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
         lower(c.relname) as word,
         format('(^|[^.\w])("?%%s"?\.)?"?%%s"?(?!\w)',
                regexp_replace(lower(n.nspname), '(\W)', '\\\1', 'g'),
                regexp_replace(lower(c.relname), '(\W)', '\\\1', 'g')) as pattern
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f')
     and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_%%'
),
running as materialized (
  select f.oid, f.oid::regprocedure::text as name, lower(f.prosrc) as says
    from pg_proc f
    join pg_namespace n on n.oid = f.pronamespace
   where n.nspname = any (%(schemas)s::text[])
     and f.prosecdef
     and f.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
     and not exists (select from pg_depend e
                      where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'e')
)
select current_setting('bascule.policies')::json as policies,
       coalesce((select json_agg(json_build_array(
                          f.name,
                          array(select r.name
                                  from relation r
                                 where (strpos(f.says, r.word) > 0 and f.says ~ r.pattern)
                                    or exists (select from pg_depend d
                                                where d.classid = 'pg_proc'::regclass and d.objid = f.oid
                                                  and d.refclassid = 'pg_class'::regclass and d.refobjid = r.oid)
                                 order by r.name collate "C")) order by f.name collate "C")
                   from running f), '[]') as functions
