-- Policies that believe user_metadata: in the token, in auth.users, or by way of a function. The name is looked
-- for in the stored expression as the numbers of its letters, and in a function's source.
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as object,
       format('policy %%I believes what users may write about themselves%%s', p.polname, ', in ' || by_way.of) as detail,
       format('in policy %%I ask app_metadata, or a table that users cannot write', p.polname) as remedy,
       p.polname::text as key
  from pg_policy p
  join pg_class c on c.oid = p.polrelid
  join pg_namespace n on n.oid = c.relnamespace
  left join lateral (
    select string_agg(f.oid::regprocedure::text, ', ' order by f.oid::regprocedure::text)
      from pg_depend d
      join pg_proc f on f.oid = d.refobjid
      join pg_namespace s on s.oid = f.pronamespace and s.nspname <> 'auth'
     where d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_proc'::regclass
       and regexp_replace(f.prosrc, '--[^\n]*', '', 'g') ~* 'raw_user_meta_data|\muser_metadata\M'
  ) by_way (of) on true
 where (n.nspname = any (%(schemas)s::text[]) or n.nspname in ('storage', 'realtime'))
   and (strpos(coalesce(p.polqual::text, '') || coalesce(p.polwithcheck::text, ''),
               ' 117 115 101 114 95 109 101 116 97 100 97 116 97 ') > 0
        or by_way.of is not null
        or exists (select from pg_depend d
                     join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                     join pg_class u on u.oid = d.refobjid and u.relname = 'users'
                     join pg_namespace s on s.oid = u.relnamespace and s.nspname = 'auth'
                    where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                      and d.refclassid = 'pg_class'::regclass
                      and a.attname = 'raw_user_meta_data'))
 order by 1, 4
