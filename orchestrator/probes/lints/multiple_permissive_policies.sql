-- Several permissive policies for one role and one command: each is worked out for each row.
with overlap as (
  select c.oid, n.nspname, c.relname, r.rolname, command.name as command,
         string_agg(p.polname, ', ' order by p.polname) as policies
    from pg_policy p
    join pg_class c on c.oid = p.polrelid
    join pg_namespace n on n.oid = c.relnamespace
    join (values ('r', 'select', 1), ('a', 'insert', 2), ('w', 'update', 3), ('d', 'delete', 4))
         command (letter, name, place) on p.polcmd in ('*', command.letter::"char")
    join pg_roles r on r.rolname in ('anon', 'authenticated') and (p.polroles @> '{0}' or r.oid = any (p.polroles))
   where n.nspname = any (%(schemas)s::text[]) and p.polpermissive and c.relrowsecurity
     and not exists (select from pg_depend e
                      where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
   group by c.oid, n.nspname, c.relname, r.rolname, command.name
  having count(*) > 1
),
told as (
  select oid, nspname, relname, rolname, policies,
         string_agg(command, ', ' order by array_position('{select,insert,update,delete}', command)) as commands
    from overlap
   group by oid, nspname, relname, rolname, policies
)
select quote_ident(nspname) || '.' || quote_ident(relname) as object,
       'several permissive policies are worked out for each row: '
         || string_agg(distinct format('%%s for %%s (%%s)', policies, rolname, commands), '; ') as detail,
       'make one policy of them, its conditions joined by OR; or let each name its own role' as remedy,
       string_agg(distinct policies, '; ') as key
  from told
 group by oid, nspname, relname
 order by 1
