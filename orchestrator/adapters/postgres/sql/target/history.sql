-- The target's own history: the Supabase CLI's table, column for column. Hosted tables have more columns;
-- nothing here may read or write them, or depend on their order.

-- name: rows
select version, name
  from supabase_migrations.schema_migrations
 order by version collate "C";

-- name: record
-- $1 version, $2 name, $3 statements: what the Supabase CLI writes when it applies a file.
insert into supabase_migrations.schema_migrations(version, name, statements) values ($1, $2, $3);

-- name: forget
-- Fails by itself (22012) unless exactly one row goes.
with gone as (
  delete from supabase_migrations.schema_migrations where version = $1 returning version
)
select 1 / pg_catalog.count(*) from gone;
