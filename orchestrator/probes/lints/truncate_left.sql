-- Tables from which a client may not delete, and which it may empty: no policy is asked about TRUNCATE. Where
-- clients hold every privilege nothing is said, for so the platform grants new tables.
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as object,
       format('%%s may not delete from it, and still holds TRUNCATE, which no policy limits',
              string_agg(r.rolname, ', ' order by r.rolname)) as detail,
       format('revoke truncate on %%I.%%I from %%s;', n.nspname, c.relname, string_agg(r.rolname, ', ' order by r.rolname))
         as remedy,
       string_agg(r.rolname, ', ' order by r.rolname) as key
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_roles r on r.rolname in ('anon', 'authenticated')
 where n.nspname = any (%(schemas)s::text[])
   and c.relkind in ('r', 'p')
   and has_table_privilege(r.oid, c.oid, 'truncate') and not has_table_privilege(r.oid, c.oid, 'delete')
   and not exists (select from pg_depend e
                    where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
 group by n.nspname, c.relname
 order by 1
