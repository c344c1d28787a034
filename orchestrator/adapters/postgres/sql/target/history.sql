-- The target's own history: the Supabase CLI's table, column for column. Hosted tables have more columns;
-- nothing here may read or write them, or depend on their order.

-- name: rows
select version, name
  from supabase_migrations.schema_migrations
 order by version collate "C";

-- name: record
-- $1 version, $2 name, $3 statements: what the Supabase CLI writes when it applies a file; and our own note
-- beside it, so that a row of somebody else's is never taken for ours.
with noted as (
  insert into supabase_migrations.bascule_applied (version) values ($1)
  on conflict (version) do update set applied = pg_catalog.now()
)
insert into supabase_migrations.schema_migrations(version, name, statements) values ($1, $2, $3);

-- name: ours
-- Written by us and not since: one transaction wrote the row and the note, so their xmin is the same.
select h.version
  from supabase_migrations.schema_migrations h
  join supabase_migrations.bascule_applied a on a.version = h.version and a.xmin = h.xmin;

-- name: noted
-- Our notes go with the rows in our own transactions: a note without its row tells that somebody else took that.
select version from supabase_migrations.bascule_applied;

-- name: transactions
-- Whatever a migration wrote bears the number of its transaction, as our note of it does; but not where the
-- table of notes came with the note, in one transaction: then somebody restored all of it from a dump.
select distinct a.xmin::text
  from supabase_migrations.bascule_applied a
 where a.version = any (%(versions)s)
   and not exists (select from pg_catalog.pg_attribute made
                    where made.attrelid = 'supabase_migrations.bascule_applied'::pg_catalog.regclass
                      and made.attnum = -1 and made.xmin = a.xmin);

-- name: forget
-- Fails by itself (22012) unless exactly one row goes.
with gone as (
  delete from supabase_migrations.schema_migrations where version = $1 returning version
), note as (
  delete from supabase_migrations.bascule_applied where version = $1
)
select 1 / pg_catalog.count(*) from gone;
