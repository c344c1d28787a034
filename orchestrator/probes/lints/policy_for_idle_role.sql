-- Policies for roles that nobody signs in as and that no token of the API leads to.
with door as materialized (
  select oid from pg_roles where rolname = 'authenticator'
)
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as object,
       format('policy %%I is for %%s, and no token leads to that role', p.polname,
              (select string_agg(quote_ident(r.rolname), ', ' order by r.rolname)
                 from pg_roles r where r.oid = any (p.polroles))) as detail,
       format('alter policy %%I on %%I.%%I to authenticated; or grant the role to authenticator',
              p.polname, n.nspname, c.relname) as remedy,
       p.polname::text as key
  from pg_policy p
  join pg_class c on c.oid = p.polrelid
  join pg_namespace n on n.oid = c.relnamespace
  cross join door
 where n.nspname = any (%(schemas)s::text[])
   and not p.polroles @> '{0}'
   and not exists (select from pg_roles r
                    where r.oid = any (p.polroles) and (r.rolcanlogin or pg_has_role(door.oid, r.oid, 'member')))
   and not exists (select from pg_depend e
                    where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
 order by 1, 4
