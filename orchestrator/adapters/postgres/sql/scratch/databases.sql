-- Databases on the scratch server, asked of its maintenance database.

-- name: exists
select from pg_catalog.pg_database where datname = %(name)s;

-- name: try_turn
-- One rehearsal at a time on a scratch server: roles are the server's, and a template must have no visitors.
select pg_catalog.pg_try_advisory_lock(%(key)s);

-- name: left_over
-- What a play or a build leaves that is cut off; whoever has the turn knows that nobody is at it.
select d.datname::text
  from pg_catalog.pg_database d
 where d.datname ~ '^play_(copy|built)_[0-9a-f]{24}$' or d.datname ~ '^(copy|built)_[0-9a-f]{24}_new$';

-- name: built
-- Databases made from files, and when they were used: their comment says so.
select d.datname::text, coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), '')
  from pg_catalog.pg_database d
 where d.datname ~ '^built_[0-9a-f]{24}$';
