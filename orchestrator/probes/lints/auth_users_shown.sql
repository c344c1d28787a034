-- Ways to auth.users: functions that return its rows as their owner, and views of it that nothing limits. A view
-- that passes by its row security is left to the matrix.
with client as materialized (
  select oid from pg_roles where rolname in ('anon', 'authenticated')
),
users as materialized (
  select c.oid, c.reltype, t.typarray, c.relrowsecurity
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_type t on t.oid = c.reltype
   where n.nspname = 'auth' and c.relname = 'users'
)
select f.oid::regprocedure::text as object,
       'clients may call it, and it returns rows of auth.users as its owner, with hashes of passwords' as detail,
       format('return only the columns that are meant; until then: '
              'revoke execute on function %%s from public, anon, authenticated;', f.oid::regprocedure) as remedy,
       '' as key
  from users u
  join pg_proc f on f.prorettype in (u.reltype, u.typarray)
  join pg_namespace n on n.oid = f.pronamespace
 where n.nspname = any (%(schemas)s::text[]) and f.prosecdef
   and not exists (select from pg_depend e
                    where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'e')
   and exists (select from client r
                where has_schema_privilege(r.oid, n.oid, 'usage') and has_function_privilege(r.oid, f.oid, 'execute'))
union all
select quote_ident(n.nspname) || '.' || quote_ident(c.relname),
       'clients may read it, and it shows rows of auth.users',
       format('revoke all on %%I.%%I from anon, authenticated;', n.nspname, c.relname),
       ''
  from users u
  join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = u.oid and d.classid = 'pg_rewrite'::regclass
  join pg_rewrite w on w.oid = d.objid
  join pg_class c on c.oid = w.ev_class
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = any (%(schemas)s::text[]) and not u.relrowsecurity
   and not exists (select from pg_depend e
                    where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
   and exists (select from client r
                where has_schema_privilege(r.oid, n.oid, 'usage') and has_any_column_privilege(r.oid, c.oid, 'select'))
 group by n.nspname, c.relname
 order by 1
