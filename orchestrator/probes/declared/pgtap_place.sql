-- Where pgTAP belongs: the schema of an extension of that name, else that of all extensions; and whether the server
-- could bring its own.
select coalesce(
           (
               select n.nspname::text from pg_catalog.pg_extension e
                 join pg_catalog.pg_namespace n on n.oid = e.extnamespace
                where e.extname = 'pgtap'
           ),
           (select n.nspname::text from pg_catalog.pg_namespace n where n.nspname = 'extensions'),
           'public'
       ),
       exists (
           select from pg_catalog.pg_available_extensions e where e.name = 'pgtap' and e.installed_version is null
       )
