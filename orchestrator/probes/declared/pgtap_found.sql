-- The schemas that hold pgTAP: an extension of that name alone proves nothing.
select n.nspname::text
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
 where p.proname = 'plan' and p.prorettype = 'pg_catalog.text'::regtype
   and p.proargtypes = pg_catalog.format('%%s', 'pg_catalog.int4'::regtype::oid)::oidvector
   and exists (select from pg_catalog.pg_proc f where f.pronamespace = n.oid and f.proname = '_cleanup')
   and %(schema)s::text in ('', n.nspname::text)
 order by 1
