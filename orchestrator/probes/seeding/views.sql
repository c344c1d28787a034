-- What views read and call, and what they say; of an extension's only the first two. A materialized view is read
-- as it was stored: what it was made of is out of reach.
select c.oid::bigint, c.relname::text, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       array(select distinct d.refobjid::bigint
               from pg_rewrite w
               join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
              where w.ev_class = c.oid and c.relkind = 'v'
                and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid),
       array(select distinct d.refobjid::bigint
               from pg_rewrite w
               join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
              where w.ev_class = c.oid and c.relkind = 'v' and d.refclassid = 'pg_proc'::regclass),
       case when c.relkind = 'v'
             and not exists (select from pg_depend e
                              where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
            then pg_get_viewdef(c.oid) else '' end
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
   and n.nspname not like 'pg\_%'
