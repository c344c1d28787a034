-- Puts a schema behind the others of the search path, unless it is among them.
select pg_catalog.set_config(
           'search_path',
           pg_catalog.concat_ws(
               ', ', nullif(pg_catalog.current_setting('search_path'), ''), pg_catalog.quote_ident(%(schema)s::text)
           ),
           true
       )
 where not %(schema)s::text = any (pg_catalog.current_schemas(false)::text[])
