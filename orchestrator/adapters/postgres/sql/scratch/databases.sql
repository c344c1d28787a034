-- Databases on the scratch server, asked of its maintenance database.

-- name: exists
select from pg_catalog.pg_database where datname = %(name)s;

-- name: try_turn
-- One rehearsal at a time on a scratch server: roles are the server's, and a template must have no visitors.
select pg_catalog.pg_try_advisory_lock(%(key)s);
