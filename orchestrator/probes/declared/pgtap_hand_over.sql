-- What pgtap_provide.sql reads, which takes no parameters.
select pg_catalog.set_config('bascule.pgtap', %(sql)s, true),
       pg_catalog.set_config('bascule.pgtap_schema', %(schema)s, true)
