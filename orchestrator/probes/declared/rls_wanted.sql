-- What rls_try.sql reads, which takes no parameters.
select pg_catalog.set_config('bascule.wanted', %(wanted)s, true)
