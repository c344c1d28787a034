-- What a file of tests could leave behind in the session although its transaction is undone, and what it may
-- have changed where it is not.
select pg_catalog.json_build_object(
    'role', pg_catalog.current_setting('role'),
    'settings', coalesce(
        (select pg_catalog.json_object_agg(s.name, s.setting) from pg_catalog.pg_settings s where s.source = 'session'),
        '{}'
    ),
    'prepared', coalesce((select pg_catalog.json_agg(p.name) from pg_catalog.pg_prepared_statements p), '[]'),
    'locks', coalesce(
        (
            select pg_catalog.json_agg(pg_catalog.format('%s %s %s', l.classid, l.objid, l.objsubid))
              from pg_catalog.pg_locks l
             where l.locktype = 'advisory' and l.pid = pg_catalog.pg_backend_pid()
        ),
        '[]'
    )
)::text

