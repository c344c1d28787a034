-- The names that databases of a scratch server bear during a play. Which name is whose own is written down in the
-- maintenance database first: what a crash leaves is found there.

-- name: schema
create schema if not exists bascule_scratch;

-- name: table
create table if not exists bascule_scratch.names (database oid primary key, own text not null);

-- name: comment
comment on table bascule_scratch.names is
  'Databases that bear another name than their own, or are about to; a row that is found without its play is a crash.';

-- name: taken
-- Who bears a name, and whether it is the database that comes with every server and nobody is in it: 5 is its
-- number since PostgreSQL 15.
select d.datname::text,
       d.oid = 5 and d.datname <> pg_catalog.current_database()
       and not exists (select from pg_catalog.pg_stat_activity a where a.datid = d.oid)
  from pg_catalog.pg_database d
 where d.datname = %(name)s;

-- name: write_down
insert into bascule_scratch.names (database, own)
select d.oid, d.datname from pg_catalog.pg_database d where d.datname = any (%(names)s)
on conflict do nothing;

-- name: is_there
select pg_catalog.to_regclass('bascule_scratch.names') is not null;

-- name: borne
-- Databases that bear another name than their own: that one, their own, and a name that nobody has.
select d.datname::text, n.own, 'bascule_name_of_' || n.database
  from bascule_scratch.names n
  join pg_catalog.pg_database d on d.oid = n.database and d.datname <> n.own;

-- name: strike_out
delete from bascule_scratch.names;

-- name: visitors
select a.pid from pg_catalog.pg_stat_activity a where a.datname = any (%(names)s);

-- name: end_visits
select pg_catalog.pg_terminate_backend(a.pid) from pg_catalog.pg_stat_activity a where a.datname = any (%(names)s);
