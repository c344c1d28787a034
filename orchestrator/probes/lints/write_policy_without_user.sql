-- Policies by which anon changes rows that are there, and whose condition does not ask who it is. One that is
-- always true is told by the matrix; a sub-select or a function may well ask. To add rows may be meant: a form.
with client as materialized (
  select oid from pg_roles where rolname = 'anon'
)
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as object,
       format('policy %%I lets anon %%s by a condition that does not ask who it is', p.polname,
              case p.polcmd when 'w' then 'update' when 'd' then 'delete' else 'write' end) as detail,
       format('alter policy %%I on %%I.%%I to authenticated; and ask in it for (select auth.uid())',
              p.polname, n.nspname, c.relname) as remedy,
       p.polname::text as key
  from pg_policy p
  join pg_class c on c.oid = p.polrelid and c.relrowsecurity
  join pg_namespace n on n.oid = c.relnamespace
  cross join client r
 where n.nspname = any (%(schemas)s::text[])
   and p.polpermissive and p.polcmd in ('w', 'd', '*')
   and (p.polroles @> '{0}' or r.oid = any (p.polroles))
   and strpos(p.polqual::text, '{VAR ') > 0
   and p.polqual::text !~ '\{(SUBLINK|FUNCEXPR|SQLVALUEFUNCTION) '
   and case p.polcmd when 'w' then has_any_column_privilege(r.oid, c.oid, 'update')
                     when 'd' then has_table_privilege(r.oid, c.oid, 'delete')
                     else has_any_column_privilege(r.oid, c.oid, 'insert, update')
                          or has_table_privilege(r.oid, c.oid, 'delete')
       end
   -- a restrictive one may ask
   and not exists (select from pg_policy o where o.polrelid = c.oid and not o.polpermissive and o.polcmd in ('*', p.polcmd))
   and not exists (select from pg_depend e
                    where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
 order by 1, 4
