-- The names, values and kinds of the columns that a query gives, with the number of their row. The query of the file
-- stands in the place of the one below.
with bascule_asked as (
select null as asked
)
select r.place, c.key, c.value #>> '{}', pg_catalog.jsonb_typeof(c.value)
  from (
        select pg_catalog.row_number() over () as place, pg_catalog.to_jsonb(a) as columns from bascule_asked a
       ) r,
       lateral pg_catalog.jsonb_each(r.columns) c
