-- Policies that do not count. Tables that clients reach are left to the matrix, which tells of them as an error.
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as object,
       'row security is off, so that no policy counts: ' || string_agg(p.polname, ', ' order by p.polname) as detail,
       format('alter table %%I.%%I enable row level security;', n.nspname, c.relname) as remedy,
       '' as key
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_policy p on p.polrelid = c.oid
 where n.nspname = any (%(schemas)s::text[])
   and not c.relrowsecurity
   and not exists (select from pg_depend e
                    where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
   and not exists (select from pg_roles r
                    where r.rolname in ('anon', 'authenticated')
                      and has_schema_privilege(r.oid, n.oid, 'usage')
                      and (has_any_column_privilege(r.oid, c.oid, 'select, insert, update')
                           or has_table_privilege(r.oid, c.oid, 'delete')))
 group by n.nspname, c.relname
 order by 1
