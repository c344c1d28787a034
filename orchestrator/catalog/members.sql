-- The tables that go when extensions do: their members, and whatever is in a schema that is a member itself.
select n.nspname, c.relname
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and not c.relispartition
   and exists (
     select from pg_catalog.pg_depend d
       join pg_catalog.pg_extension e on e.oid = d.refobjid and e.extname = any (%(extensions)s)
      where d.deptype = 'e' and d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
        and ((d.classid, d.objid) = ('pg_catalog.pg_class'::pg_catalog.regclass, c.oid)
          or (d.classid, d.objid) = ('pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid)))
 order by 1, 2
