-- Policies by which anon lists every file of a bucket. Files of a public bucket are served without any policy.
with client as materialized (
  select oid from pg_roles where rolname = 'anon'
)
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as object,
       format('policy %%I lets anybody list every file of a bucket', p.polname) as detail,
       format('drop policy %%I on storage.objects; a public bucket serves its files without one', p.polname) as remedy,
       p.polname::text as key
  from pg_policy p
  join pg_class c on c.oid = p.polrelid
  join pg_namespace n on n.oid = c.relnamespace
  cross join client r
 where n.nspname = 'storage' and c.relname = 'objects'
   and p.polpermissive and p.polcmd in ('r', '*')
   and (p.polroles @> '{0}' or r.oid = any (p.polroles))
   and p.polqual::text !~ '\{(SUBLINK|FUNCEXPR|SQLVALUEFUNCTION) '
   and exists (select from pg_depend d where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid > 0)
   and not exists (select from pg_depend d
                     join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                    where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                      and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and a.attname <> 'bucket_id')
 order by 1, 4
