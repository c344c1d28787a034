-- Copies on a scratch server: databases with a note about what was left different, and when they were last used.
-- The note is the database's comment: no fact of the database itself, and it goes with it.

-- name: kept
-- Complete copies, the least recently used first.
select d.datname::text, pg_catalog.shobj_description(d.oid, 'pg_database')
  from pg_catalog.pg_database d
 where d.datname ~ '^copy_[0-9a-f]{24}$';

-- name: note
select pg_catalog.shobj_description(d.oid, 'pg_database')
  from pg_catalog.pg_database d
 where d.datname = %(name)s;

-- name: unfinished
select d.datname::text
  from pg_catalog.pg_database d
 where d.datname ~ '^copy_[0-9a-f]{24}_new$';

-- name: running
-- Which server this is, and since when it runs: a standby or a copy of its files was started at another moment.
-- Anybody may ask, which does not hold everywhere for what else tells servers apart.
select pg_catalog.extract('epoch', pg_catalog.pg_postmaster_start_time())::text;

-- name: extensions
select e.extname::text, pg_catalog.quote_ident(n.nspname)
  from pg_catalog.pg_extension e
  join pg_catalog.pg_namespace n on n.oid = e.extnamespace;

-- name: publications
select p.pubname::text from pg_catalog.pg_publication p;

-- name: empty_public
-- The schema as initdb makes it: a dump says only what differs from that. Its default privileges go with it,
-- which would give tables of the dump to roles that the target does not give them to.
drop schema if exists public cascade;

-- name: new_public
create schema public authorization pg_database_owner;

-- name: open_public
grant usage on schema public to public;

-- name: history_schema
create schema if not exists supabase_migrations;
