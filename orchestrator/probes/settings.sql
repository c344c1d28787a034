-- How long the questions may wait, and what they must not inherit from the session. All of it ends with the
-- transaction. row_security: a session that had it off would get errors instead of policies. jit: to compile a
-- question about the catalog takes longer than to answer it.
select pg_catalog.set_config('search_path', 'pg_catalog', true),
       pg_catalog.set_config('row_security', 'on', true),
       pg_catalog.set_config('jit', 'off', true),
       pg_catalog.set_config('statement_timeout', %(statement_timeout)s, true),
       pg_catalog.set_config('lock_timeout', %(lock_timeout)s, true),
       pg_catalog.set_config('bascule.schemas', (%(schemas)s::text[])::text, true)
