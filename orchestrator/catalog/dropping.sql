-- For each table or column that is about to be dropped: the query for what is in it, and what the
-- statistics say. Without a query nothing can be lost; a row that is missing: there is no such thing.
--
-- A column's values count where somebody may have written them: not those of a generated column, nor the default
-- that ADD COLUMN gave the rows that were there (attmissingval), which no row holds by itself.
--
-- What the named transactions wrote does not count, where they made the table (the entry of its column ctid is never
-- written again) or the column, or where it is known (`own`) that nobody else had a row there before they wrote it.
-- `only` are conditions on columns; a table that is to be locked (`mode`) is, where the role has the right.
select w.place, pg_catalog.row_security_active(c.oid) as hides_rows,
       (case when w.wanted = '' then e.tuples else e.tuples * (1 - s.null_frac) end)::bigint as about,
       case when a.attgenerated is null or a.attgenerated = '' then concat(
         'select from ', quote_ident(n.nspname), '.', quote_ident(c.relname),
         ' where true', ' and ' || quote_ident(a.attname) || ' is not null', ' and (' || nullif(w.rows_of, '') || ')',
         case when a.atthasmissing and not w.own then concat(
           ' and ', quote_ident(a.attname), '::text is distinct from (',
           quote_literal((a.attmissingval::text::text[])[1]), '::', format_type(a.atttypid, a.atttypmod), ')::text') end,
         case when w.own or coalesce(a.xmin, made.xmin)::text = any (%(written_by)s::text[]) then concat(
           ' and xmin::text <> all (', quote_literal(%(written_by)s::text[]::text), '::text[])') end,
         ' limit ', %(most)s::bigint + 1) end as sought,
       case when pg_catalog.has_table_privilege(c.oid, 'update, delete, truncate') then concat(
         'lock table ', quote_ident(n.nspname), '.', quote_ident(c.relname), ' in ', w.mode, ' mode') end as lock
  from unnest(%(schemas)s::text[], %(tables)s::text[], %(columns)s::text[], %(only)s::text[], %(own)s::bool[],
              %(modes)s::text[])
       with ordinality w (in_schema, of_table, wanted, rows_of, own, mode, place)
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
