-- Why a statement failed, asked afterwards of what is there now.

-- name: policies
select schemaname, tablename, policyname, pg_catalog.concat_ws(' and ', qual, with_check)
  from pg_catalog.pg_policies;
