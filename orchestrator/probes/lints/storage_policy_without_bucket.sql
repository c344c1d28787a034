-- Policies on storage.objects for files of any bucket. One that calls a function of the project's own is taken to
-- mean all buckets: that is how staff are let in.
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as object,
       format('policy %%I does not say which bucket, so it counts for each, those to come among them', p.polname) as detail,
       format('add to policy %%I: bucket_id = <bucket> and …', p.polname) as remedy,
       p.polname::text as key
  from pg_policy p
  join pg_class c on c.oid = p.polrelid
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = 'storage' and c.relname = 'objects'
   and p.polpermissive
   and (p.polroles @> '{0}'
        or exists (select from pg_roles r where r.oid = any (p.polroles) and r.rolname in ('anon', 'authenticated')))
   -- not for the constant false
   and coalesce(p.polqual, p.polwithcheck)::text !~ '^\{CONST .*:constvalue 1 \[( 0)* \]\}$'
   and not exists (select from pg_depend d
                     join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                    where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                      and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and a.attname = 'bucket_id')
   and not exists (select from pg_depend d
                     join pg_proc f on f.oid = d.refobjid
                     join pg_namespace s on s.oid = f.pronamespace
                    where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                      and d.refclassid = 'pg_proc'::regclass and s.nspname not in ('auth', 'storage'))
 order by 1, 4
