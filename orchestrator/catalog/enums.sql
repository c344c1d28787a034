-- Every enumeration by its name as facts/ has it, and its number, which stays when something is renamed.
-- settings.sql has to run before it in the same transaction.
select format_type(t.oid, null), t.oid::bigint from pg_type t where t.typtype = 'e'
