-- Adopting a target: what is there, what our role may do, and what is put there.

-- name: state
select pg_catalog.current_setting('server_version'),
       pg_catalog.current_setting('server_version_num')::int / 10000,
       pg_catalog.current_database(),
       current_user,
       pg_catalog.pg_is_in_recovery() or pg_catalog.current_setting('default_transaction_read_only')::bool,
       pg_catalog.to_regnamespace('supabase_migrations') is not null,
       exists (select from pg_catalog.pg_class c
                where c.relnamespace = pg_catalog.to_regnamespace('supabase_migrations')
                  and c.relname = 'schema_migrations');

-- name: user_objects
-- Relations, functions and types that are neither the system's, nor an extension's, nor the platform's own.
with own_schema as (
  select oid, nspname
    from pg_catalog.pg_namespace
   where nspname !~ '^pg_' and nspname <> all (%(managed)s::text[])
), object as (
  select 'pg_class'::regclass as class, c.oid, s.nspname, c.relname as name
    from pg_catalog.pg_class c join own_schema s on s.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'v', 'm', 'f')
  union all
  select 'pg_proc'::regclass, p.oid, s.nspname, p.proname
    from pg_catalog.pg_proc p join own_schema s on s.oid = p.pronamespace
  union all
  select 'pg_type'::regclass, t.oid, s.nspname, t.typname
    from pg_catalog.pg_type t join own_schema s on s.oid = t.typnamespace
   where t.typtype in ('d', 'e')
)
select count(*) over (), pg_catalog.format('%%I.%%I', nspname, name)
  from object o
 where not exists (select from pg_catalog.pg_depend d
                    where d.classid = o.class and d.objid = o.oid and d.deptype = 'e')
 order by o.nspname collate "C", o.name collate "C", o.oid
 limit %(names)s;

-- name: missing_rights
-- One row for each right that our role lacks: what it is for, and the SQL that grants it.
-- The tables are looked up in the catalog: a cast to regclass is refused without USAGE on the schema.
with own_table as (
  select relname, oid from pg_catalog.pg_class
   where relnamespace = pg_catalog.to_regnamespace('supabase_migrations')
), history as (
  select (select oid from own_table where relname = 'schema_migrations') as oid
), fence as (
  select (select oid from own_table where relname = 'bascule_fence') as oid
), has_column as (
  select count(*) = 2 as complete from pg_catalog.pg_attribute, history
   where attrelid = history.oid and attname in ('name', 'statements') and not attisdropped
)
select 'to create the schema supabase_migrations',
       pg_catalog.format('grant create on database %%I to %%I;', pg_catalog.current_database(), current_user)
 where pg_catalog.to_regnamespace('supabase_migrations') is null
   and not pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
union all
select 'to create tables in the schema supabase_migrations',
       pg_catalog.format('grant usage, create on schema supabase_migrations to %%I;', current_user)
  from fence
 where pg_catalog.to_regnamespace('supabase_migrations') is not null
   and not (pg_catalog.has_schema_privilege('supabase_migrations', 'USAGE')
            and (pg_catalog.has_schema_privilege('supabase_migrations', 'CREATE') or fence.oid is not null))
union all
select 'to write the history',
       pg_catalog.format('grant select, insert, delete on supabase_migrations.schema_migrations to %%I;',
                         current_user)
  from history
 where history.oid is not null
   and not (pg_catalog.has_table_privilege(history.oid, 'SELECT')
            and pg_catalog.has_table_privilege(history.oid, 'INSERT')
            and pg_catalog.has_table_privilege(history.oid, 'DELETE'))
union all
select 'to complete the history table',
       'alter table supabase_migrations.schema_migrations add column if not exists statements text[], '
       'add column if not exists name text;'
  from history, has_column, pg_catalog.pg_class c
 where c.oid = history.oid and not has_column.complete and not pg_catalog.pg_has_role(c.relowner, 'MEMBER')
union all
select case t.relname when 'bascule_fence' then 'to write the fence'
                      when 'bascule_intent' then 'to note what runs outside a transaction'
                      else 'to note what we applied' end,
       pg_catalog.format('grant select, insert, update, delete on supabase_migrations.%%I to %%I;',
                         t.relname, current_user)
  from own_table t
 where t.relname in ('bascule_fence', 'bascule_applied', 'bascule_intent')
   and not (pg_catalog.has_table_privilege(t.oid, 'SELECT')
            and pg_catalog.has_table_privilege(t.oid, 'INSERT')
            and pg_catalog.has_table_privilege(t.oid, 'UPDATE')
            and pg_catalog.has_table_privilege(t.oid, 'DELETE'))
union all
select pg_catalog.format('to create objects in the schema %%I', nspname),
       pg_catalog.format('grant usage, create on schema %%I to %%I;', nspname, current_user)
  from pg_catalog.pg_namespace
 where nspname = any (%(exposed)s::text[])
   and not (pg_catalog.has_schema_privilege(oid, 'USAGE') and pg_catalog.has_schema_privilege(oid, 'CREATE'));

-- name: lock
select pg_catalog.pg_try_advisory_xact_lock(%(key)s);

-- name: create_schema
create schema if not exists supabase_migrations;

-- name: create_history
-- The Supabase CLI's own statements, one after the other.
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);

-- name: history_is_complete
select count(*) = 2 from pg_catalog.pg_attribute
 where attrelid = 'supabase_migrations.schema_migrations'::regclass
   and attname in ('statements', 'name') and not attisdropped;

-- name: add_statements
alter table supabase_migrations.schema_migrations add column if not exists statements text[];

-- name: add_name
alter table supabase_migrations.schema_migrations add column if not exists name text;

-- name: record
insert into supabase_migrations.schema_migrations(version, name, statements)
values (%(version)s, %(name)s, %(statements)s)
on conflict (version) do nothing;

-- name: fence_exists
select pg_catalog.to_regclass('supabase_migrations.bascule_fence') is not null;

-- name: create_fence
create table supabase_migrations.bascule_fence (
  one boolean primary key default true check (one),
  owner text not null,
  epoch bigint not null default 0
);
comment on table supabase_migrations.bascule_fence is
  'Bascule deploys migrations here: one row that says which ledger may. Written by "bascule adopt", removed by "bascule release"; the Supabase CLI leaves it alone';
comment on column supabase_migrations.bascule_fence.owner is 'id of the ledger that adopted this database';
comment on column supabase_migrations.bascule_fence.epoch is
  'raised whenever somebody takes the lock; a transaction under an older epoch is refused';

-- name: notes_exist
select pg_catalog.to_regclass('supabase_migrations.bascule_applied') is not null;

-- name: create_notes
create table supabase_migrations.bascule_applied (
  version text primary key,
  applied timestamptz not null default now()
);
comment on table supabase_migrations.bascule_applied is
  'Which rows of schema_migrations Bascule wrote: only those are ever rolled back by it. Written in the transaction of the row; removed by "bascule release"';
comment on column supabase_migrations.bascule_applied.version is 'as in schema_migrations';
comment on column supabase_migrations.bascule_applied.applied is 'when';

-- name: intent_exists
select pg_catalog.to_regclass('supabase_migrations.bascule_intent') is not null;

-- name: create_intent
create table supabase_migrations.bascule_intent (
  version text primary key,
  sha256 text not null,
  finished integer not null,
  statement text not null,
  relation oid,
  name name,
  known oid[] not null,
  pid integer not null,
  backend_start timestamptz,
  written timestamptz not null default now()
);
comment on table supabase_migrations.bascule_intent is
  'What Bascule is about to run outside a transaction, such as CREATE INDEX CONCURRENTLY. A row is there only meanwhile, or after a crash; the table is removed by "bascule release"';
comment on column supabase_migrations.bascule_intent.version is 'as in schema_migrations';
comment on column supabase_migrations.bascule_intent.sha256 is 'of the text of the file';
comment on column supabase_migrations.bascule_intent.finished is
  'how many of its statements are carried out for certain';
comment on column supabase_migrations.bascule_intent.statement is
  'first words of the next one, if it was begun; empty: it was not';
comment on column supabase_migrations.bascule_intent.relation is
  'the table of the index, the index to drop, or the partitioned table';
comment on column supabase_migrations.bascule_intent.name is 'of the index to make, or of the partition';
comment on column supabase_migrations.bascule_intent.known is
  'what was there before: indexes, or the partition. An index that is not among them appeared afterwards';
comment on column supabase_migrations.bascule_intent.pid is 'the session that runs it';
comment on column supabase_migrations.bascule_intent.backend_start is 'of that session';
comment on column supabase_migrations.bascule_intent.written is 'when';

-- name: put_fence
insert into supabase_migrations.bascule_fence (owner) values (%(owner)s)
on conflict (one) do nothing;

-- name: take_over
update supabase_migrations.bascule_fence
   set owner = %(owner)s, epoch = epoch + 1
 where owner <> %(owner)s;

-- name: fence_owner
select owner from supabase_migrations.bascule_fence for update;

-- name: drop_fence
drop table supabase_migrations.bascule_fence;

-- name: drop_notes
drop table if exists supabase_migrations.bascule_applied;

-- name: drop_intent
drop table if exists supabase_migrations.bascule_intent;
