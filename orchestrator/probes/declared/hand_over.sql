-- What cleared.sql and as_before.sql read, which take no parameters.
select pg_catalog.set_config('bascule.before', %(before)s, true)
