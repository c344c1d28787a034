-- Which rows stand in a statement's way, asked of what is there now. Only numbers and primary keys come back.

-- name: table
-- What a table is, whether policies hide rows from us, its primary key, and what is there by these names.
select c.relkind::text,
       pg_catalog.row_security_active(c.oid),
       array(select a.attname::text
               from pg_catalog.pg_index i
              cross join lateral pg_catalog.unnest(i.indkey::int2[]) with ordinality k(num, place)
               join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.num
              where i.indrelid = c.oid and i.indisprimary and k.place <= i.indnkeyatts
              order by k.place),
       exists (select from pg_catalog.pg_attribute a
                where a.attrelid = c.oid and a.attname = %(new_column)s and not a.attisdropped),
       exists (select from pg_catalog.pg_class r
                 join pg_catalog.pg_index i on i.indexrelid = r.oid
                where r.relname = %(index)s and r.relnamespace = c.relnamespace and i.indisvalid)
  from pg_catalog.pg_class c
 where c.oid = pg_catalog.to_regclass(%(table)s);

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
       c.confmatchtype = 'f',
       c.connoinherit,
       pg_catalog.pg_get_expr(c.conbin, c.conrelid)
  from pg_catalog.pg_constraint c
  left join pg_catalog.pg_class f on f.oid = c.confrelid
  left join pg_catalog.pg_namespace n on n.oid = f.relnamespace
 where c.conrelid = pg_catalog.to_regclass(%(table)s) and c.conname = %(name)s and not c.convalidated
   and pg_catalog.to_jsonb(c) ->> 'conperiod' is distinct from 'true';

-- name: index_columns
-- What an index of this table is about; columns only, as a primary key needs it.
select a.attname
  from pg_catalog.pg_class r
  join pg_catalog.pg_index i on i.indexrelid = r.oid
 cross join lateral pg_catalog.unnest(i.indkey::int2[]) with ordinality k(num, place)
  join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num
 where i.indrelid = pg_catalog.to_regclass(%(table)s) and r.relname = %(index)s and k.place <= i.indnkeyatts
 order by k.place;

-- name: strange
-- What an expression would run that is not PostgreSQL's own, or does more than compute: the name and its kind.
-- Overloads of others do not count where no value that is in play can become what they take.
with names as (
  select * from rows from (pg_catalog.unnest(%(kinds)s::text[]), pg_catalog.unnest(%(schemas)s::text[]),
                           pg_catalog.unnest(%(names)s::text[]))
           as n(kind, schema, name)
), columns as (
  select a.attname, a.atttypid
    from pg_catalog.pg_attribute a
   where a.attrelid in (pg_catalog.to_regclass(%(table)s), pg_catalog.to_regclass(%(other)s))
     and a.attnum > 0 and not a.attisdropped
), searched as (
  select n.kind, n.name, s.oid as schema, n.schema is null as bare,
         pg_catalog.array_position(pg_catalog.current_schemas(true), s.nspname) as place
    from names n
    join pg_catalog.pg_namespace s
      on s.nspname = n.schema or (n.schema is null and s.nspname = any(pg_catalog.current_schemas(true)))
   where n.kind <> 'member' or n.name not in (select c.attname from columns c)
), types as (
  with recursive used as (
    select c.atttypid as type, false as cast_to from columns c where c.attname = any(%(columns)s::text[])
     union
    select t.oid, true from searched s join pg_catalog.pg_type t on t.typname = s.name and t.typnamespace = s.schema
     where s.kind in ('type', 'function', 'member')
     union
    select case when t.typtype = 'd' then t.typbasetype else t.typelem end, u.cast_to
      from used u join pg_catalog.pg_type t on t.oid = u.type
     where (t.typtype = 'd' and not u.cast_to) or (t.typcategory = 'A' and t.typelem <> 0)
  ) select u.type, u.cast_to, t.typname, t.typnamespace
      from used u join pg_catalog.pg_type t on t.oid = u.type
     where t.oid >= 16384 and not (t.typtype = 'd' and not u.cast_to)
       and not (t.typcategory = 'A' and t.typelem <> 0)
), callable as (
  select s.kind, s.bare, s.place, p.proname as name, p.pronamespace as schema, p.oid >= 16384 as added,
         p.proargtypes::oid[] as takes,
         p.provolatile = 'v' and p.proname <> all(%(harmless)s::text[])
         or p.proname ~ %(harmful)s
         or 'pg_catalog.cstring'::regtype = any(p.proargtypes) or 'pg_catalog.internal'::regtype = any(p.proargtypes) as acts
    from searched s join pg_catalog.pg_proc p on p.proname = s.name and p.pronamespace = s.schema
   where s.kind in ('function', 'member')
   union all
  select s.kind, s.bare, s.place, o.oprname, o.oprnamespace, o.oid >= 16384 or p.oid >= 16384,
         pg_catalog.array_remove(array[o.oprleft, o.oprright], 0::oid), p.provolatile = 'v'
    from searched s
    join pg_catalog.pg_operator o on o.oprname = s.name and o.oprnamespace = s.schema
    join pg_catalog.pg_proc p on p.oid = o.oprcode
   where s.kind = 'operator'
)
select 0, ''
 where '*'::text = any(%(columns)s::text[])
    or (%(row)s::text = any(%(columns)s::text[]) and %(row)s::text not in (select c.attname from columns c))
union all
select 1, pg_catalog.concat(n.nspname, '.', c.name)
  from callable c join pg_catalog.pg_namespace n on n.oid = c.schema
 where c.acts and not c.added
    or c.added and not (c.bare and exists (
         select from callable own
          where own.kind = c.kind and own.name = c.name and not own.added
            and pg_catalog.cardinality(own.takes) = pg_catalog.cardinality(c.takes)
            and (own.takes = c.takes and own.place < c.place
                 or not exists (
                   select from pg_catalog.unnest(c.takes) a(type) join pg_catalog.pg_type t on t.oid = a.type
                    where t.oid < 16384 or t.oid in (select u.type from types u)
                       or exists (select from pg_catalog.pg_cast k
                                   where k.casttarget = t.oid and k.castcontext = 'i')))))
union all
select 2, pg_catalog.concat(n.nspname, '.', u.typname)
  from types u join pg_catalog.pg_namespace n on n.oid = u.typnamespace
  join pg_catalog.pg_type t on t.oid = u.type
 where t.typtype <> 'e'
    or exists (select from pg_catalog.pg_cast k
                where k.castfunc <> 0 and t.oid in (k.castsource, k.casttarget))
 order by 1, 2 limit 1;

-- name: conversion
-- A column's type and the type that it is to get; whether a text becomes such a value by its type's own input.
select case when s.typnamespace = 'pg_catalog'::regnamespace then s.typname else '' end,
       a.atttypmod,
       case when d.typnamespace = 'pg_catalog'::regnamespace then d.typname else '' end,
       d.typtype <> 'd' and d.typcategory not in ('A', 'S', 'V')
       and not exists (select from pg_catalog.pg_cast c
                        where c.castsource = s.oid and c.casttarget = d.oid and c.castmethod = 'f'),
       pg_catalog.current_setting('server_version_num')::int
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_type s on s.oid = a.atttypid
  join pg_catalog.pg_type d on d.oid = pg_catalog.to_regtype(%(type)s)
 where a.attrelid = pg_catalog.to_regclass(%(table)s) and a.attname = %(column)s and not a.attisdropped;

-- name: count
select pg_catalog.count(*) from (select from {table} where {violating} limit {most}) v;

-- name: count_examples
select {key} from {table} where {violating} order by {order} limit 3;

-- name: duplicates
select coalesce(pg_catalog.sum(g.rows), 0)::bigint, pg_catalog.count(*)
  from (select pg_catalog.count(*) as rows from {table} where {counted}
         group by {keys} having pg_catalog.count(*) > 1) g;

-- name: duplicates_examples
select bascule_key from (
  select {key} as bascule_key, pg_catalog.row_number() over (order by {order}) as bascule_place,
         pg_catalog.count(*) over (partition by {keys}) as bascule_rows
    from {table} where {counted}
) t where bascule_rows > 1 order by bascule_place limit 3;

-- name: conflicts
with rows as materialized (
  select pg_catalog.row_number() over () as place, {values} from {table} where {counted})
select pg_catalog.count(*) from (
  select from rows one where exists (
    select from rows other where one.place <> other.place and {conflict}) limit {most}) v;

-- name: conflicts_examples
with rows as materialized (
  select pg_catalog.row_number() over (order by {order}) as place, {key} as bascule_key, {values}
    from {table} where {counted})
select one.bascule_key from rows one where exists (
  select from rows other where one.place <> other.place and {conflict}) order by one.place limit 3;

-- name: convert
-- Nothing is wanted but that every row is converted.
select pg_catalog.count(({value})::{type}) from {table};
