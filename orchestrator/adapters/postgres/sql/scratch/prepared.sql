-- What the session of a play has prepared.

-- name: names
select s.name from pg_catalog.pg_prepared_statements s order by s.name;
