-- For each table or column that is about to be dropped: the query that counts what is in it, and what the
-- statistics say. Without a query nothing can be lost; a row that is missing: there is no such thing.
--
-- A column's values count where somebody may have written them: not those of a generated column, nor the default
-- that ADD COLUMN gave the rows that were there (attmissingval), which no row holds by itself.
--
-- What the named transactions wrote does not count, where they made the table (the entry of its column ctid is never
-- written again) or the column.
select w.place, pg_catalog.row_security_active(c.oid) as hides_rows,
       (case when w.wanted = '' then e.tuples else e.tuples * (1 - s.null_frac) end)::bigint as about,
       case when a.attgenerated is null or a.attgenerated = '' then concat(
         'select count(*) from (select from ', quote_ident(n.nspname), '.', quote_ident(c.relname),
         ' where true', ' and ' || quote_ident(a.attname) || ' is not null',
         case when a.atthasmissing then concat(
           ' and ', quote_ident(a.attname), '::text is distinct from ((', quote_literal(a.attmissingval::text), '::',
           format_type(a.atttypid, a.atttypmod), '[])[1])::text') end,
         case when coalesce(a.xmin, made.xmin)::text = any (%(written_by)s::text[]) then concat(
           ' and xmin::text <> all (', quote_literal(%(written_by)s::text[]::text), '::text[])') end,
         ' limit ', %(most)s::bigint + 1, ') few') end as counting
  from unnest(%(schemas)s::text[], %(tables)s::text[], %(columns)s::text[])
       with ordinality w (in_schema, of_table, wanted, place)
  join pg_namespace n on n.nspname = w.in_schema
  join pg_class c on c.relnamespace = n.oid and c.relname = w.of_table and c.relkind in ('r', 'p')
  join pg_attribute made on made.attrelid = c.oid and made.attnum = -1
  left join pg_attribute a on a.attrelid = c.oid and a.attname = w.wanted and a.attnum > 0 and not a.attisdropped
  left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname
                      and s.inherited = (c.relkind = 'p')
 cross join lateral (
   with recursive part (oid) as (
     select c.oid
     union
     select i.inhrelid from part join pg_inherits i on i.inhparent = part.oid)
   select sum(p.reltuples) filter (where p.reltuples >= 0) as tuples
     from part join pg_class p on p.oid = part.oid and p.relkind = 'r') e
 where w.wanted = '' or a.attname is not null
 order by w.place
