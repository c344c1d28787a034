-- Tables that belong to a client's own role: row security does not count for an owner unless it is forced.
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as object,
       format('%%s acts as its owner %%I, for whom no policy counts', string_agg(r.rolname, ' and ' order by r.rolname),
              o.rolname) as detail,
       format('alter table %%1$I.%%2$I owner to postgres; or: alter table %%1$I.%%2$I force row level security;',
              n.nspname, c.relname) as remedy,
       o.rolname::text as key
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_roles o on o.oid = c.relowner
  join pg_roles r on r.rolname in ('anon', 'authenticated')
 where n.nspname = any (%(schemas)s::text[])
   and c.relkind in ('r', 'p') and c.relrowsecurity and not c.relforcerowsecurity
   and not r.rolsuper and pg_has_role(r.oid, c.relowner, 'usage')
   and not exists (select from pg_depend e
                    where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
 group by n.nspname, c.relname, o.rolname
 order by 1
