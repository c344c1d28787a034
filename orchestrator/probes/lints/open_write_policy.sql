-- Policies that let whoever is signed in change every row. Where anon may as well, the matrix tells of it as an
-- error. The stored form of the constant true is read, for pg_get_expr would wait for whoever has locked the table.
with client as materialized (
  select signed_in.oid, visitor.oid as anon
    from pg_roles signed_in
    left join pg_roles visitor on visitor.rolname = 'anon'
   where signed_in.rolname = 'authenticated'
),
command (letter, name) as (
  values ('a'::"char", 'insert'), ('w', 'update'), ('d', 'delete')
),
policy as materialized (
  select p.polrelid, p.polname, p.polcmd, p.polpermissive, p.polroles,
         p.polqual::text ~ constant_true as qual, p.polwithcheck::text ~ constant_true as checked
    from pg_policy p
   cross join (values ('^\{CONST :consttype 16 .*:constvalue 1 \[( 0)* 1( 0)* \]\}$')) stored (constant_true)
),
opened as (
  select n.nspname, c.relname, p.polname, c.oid, k.name as command
    from policy p
    join pg_class c on c.oid = p.polrelid and c.relrowsecurity
    join pg_namespace n on n.oid = c.relnamespace
    join command k on p.polcmd in ('*', k.letter)
    cross join client r
   where n.nspname = any (%(schemas)s::text[]) and p.polpermissive
     and (p.polroles @> '{0}' or r.oid = any (p.polroles))
     and case when k.letter = 'a' then coalesce(p.checked, p.qual) else p.qual and coalesce(p.checked, true) end
     -- to add rows in nobody's name may be meant: a form for everybody
     and (k.letter <> 'a' or exists (select from pg_constraint f
                                       join pg_class u on u.oid = f.confrelid and u.relname = 'users'
                                       join pg_namespace s on s.oid = u.relnamespace and s.nspname = 'auth'
                                      where f.conrelid = c.oid and f.contype = 'f'))
     and case when k.letter = 'd' then has_table_privilege(r.oid, c.oid, 'delete')
              else has_any_column_privilege(r.oid, c.oid, k.name) end
     and not (p.polroles @> '{0}' and r.anon is not null
              and case when k.letter = 'd' then has_table_privilege(r.anon, c.oid, 'delete')
                       else has_any_column_privilege(r.anon, c.oid, k.name) end)
     and not exists (select from policy other
                      where other.polrelid = c.oid and not other.polpermissive and other.polcmd in ('*', k.letter)
                        and (other.polroles @> '{0}' or r.oid = any (other.polroles)))
     and not exists (select from pg_depend e
                      where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
)
select quote_ident(nspname) || '.' || quote_ident(relname) as object,
       format('policy %%I lets whoever is signed in %%s rows of everybody', polname,
              string_agg(command, ', ' order by array_position('{insert,update,delete}', command))) as detail,
       format('say in policy %%I whose rows: (select auth.uid()) = <owner column>', polname) as remedy,
       polname::text as key
  from opened
 group by nspname, relname, polname
 order by 1, 4
