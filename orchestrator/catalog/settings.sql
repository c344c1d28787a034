-- What makes the catalog's own functions write the same text in every session, until the transaction ends:
-- with this search path every name comes out qualified. Then the server's major version, and which tables
-- of declarative rows are there and may be read.
select set_config('search_path', 'pg_catalog', true),
       set_config('quote_all_identifiers', 'off', true),
       set_config('TimeZone', 'UTC', true),
       set_config('DateStyle', 'ISO, YMD', true),
       set_config('IntervalStyle', 'postgres', true),
       set_config('bytea_output', 'hex', true),
       set_config('extra_float_digits', '1', true),
       current_setting('server_version_num')::integer / 10000 as server_major,
       array(select n.nspname || '.' || c.relname
               from pg_catalog.pg_class c
               join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              where (n.nspname, c.relname) in (('storage', 'buckets'), ('cron', 'job'), ('pgmq', 'meta'))
                and pg_catalog.has_schema_privilege(n.oid, 'usage')
                and pg_catalog.has_table_privilege(c.oid, 'select')) as declared
