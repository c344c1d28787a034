-- Why a statement failed, asked afterwards of what is there now. Only numbers and primary keys come back.

-- name: primary_key
select a.attname
  from pg_catalog.pg_index i
  join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
 where i.indrelid = %(table)s::regclass and i.indisprimary
 order by pg_catalog.array_position(i.indkey::int2[], a.attnum);

-- name: constraint
-- A constraint that is not validated yet: its kind, its columns, what it refers to, its expression.
select c.contype::text,
       array(select a.attname::text from pg_catalog.unnest(c.conkey) with ordinality k(num, place)
               join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.num
              order by k.place),
       n.nspname, f.relname,
       array(select a.attname::text from pg_catalog.unnest(c.confkey) with ordinality k(num, place)
               join pg_catalog.pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.num
              order by k.place),
       pg_catalog.pg_get_expr(c.conbin, c.conrelid)
  from pg_catalog.pg_constraint c
  left join pg_catalog.pg_class f on f.oid = c.confrelid
  left join pg_catalog.pg_namespace n on n.oid = f.relnamespace
 where c.conrelid = %(table)s::regclass and c.conname = %(name)s;

-- name: count
select pg_catalog.count(*) from {table} t where {violating};

-- name: examples
select {key} from {table} t where {violating} order by {order} limit 3;

-- name: duplicates
select pg_catalog.count(*), coalesce(pg_catalog.sum(g.rows), 0)::bigint
  from (select pg_catalog.count(*) as rows from {table} t where {counted}
         group by {keys} having pg_catalog.count(*) > 1) g;

-- name: duplicate_examples
select {key} from (
  select t.*, pg_catalog.count(*) over (partition by {keys}) as bascule_rows from {table} t where {counted}
) t where bascule_rows > 1 order by {order} limit 3;

-- name: policies
select schemaname, tablename, policyname, pg_catalog.concat_ws(' and ', qual, with_check)
  from pg_catalog.pg_policies;
