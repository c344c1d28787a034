-- Foreign tables that clients may read or write: no policy stands before them.
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as object,
       'a foreign table has no row security, and clients may use it: ' || string_agg(r.rolname, ', ' order by r.rolname)
         as detail,
       format('revoke all on %%I.%%I from anon, authenticated;', n.nspname, c.relname) as remedy,
       string_agg(r.rolname, ', ' order by r.rolname) as key
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_roles r on r.rolname in ('anon', 'authenticated')
 where n.nspname = any (%(schemas)s::text[])
   and c.relkind = 'f'
   and has_schema_privilege(r.oid, n.oid, 'usage')
   and (has_any_column_privilege(r.oid, c.oid, 'select, insert, update') or has_table_privilege(r.oid, c.oid, 'delete'))
   and not exists (select from pg_depend e
                    where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
 group by n.nspname, c.relname
 order by 1
