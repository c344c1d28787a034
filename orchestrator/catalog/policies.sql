-- The policies of some schemas, as pg_policies shows them.
select schemaname::text, tablename::text, policyname::text, permissive, roles::text[], cmd, qual, with_check
  from pg_policies
 where schemaname = any (%(schemas)s::text[])
 order by schemaname, tablename, policyname
