-- Carrying a dump out in a scratch database, as its superuser.

-- name: prepare
select pg_catalog.set_config('session_replication_role', 'replica', false),
       pg_catalog.set_config('check_function_bodies', 'off', false),
       pg_catalog.set_config('client_min_messages', 'error', false),
       pg_catalog.set_config('synchronous_commit', 'off', false),
       pg_catalog.set_config('client_encoding', 'UTF8', false),
       pg_catalog.set_config('statement_timeout', '60s', false);

-- name: no_event_triggers
-- Since PostgreSQL 17: not even those that fire on replicas.
select pg_catalog.set_config('event_triggers', 'off', false);
