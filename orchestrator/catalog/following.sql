-- The foreign keys that take rows along when those that they refer to are deleted, or overwrite their columns:
-- schema, name and columns of both sides, in the same order, and what is done. A key of a partition is its parent's.
select rn.nspname, r.relname, k.refers_to::text[], cn.nspname, c.relname, k.refers_by::text[],
       case f.confdeltype when 'c' then 'CASCADE' when 'n' then 'SET NULL' else 'SET DEFAULT' end as does
  from pg_catalog.pg_constraint f
  join pg_catalog.pg_class r on r.oid = f.confrelid
  join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
  join pg_catalog.pg_class c on c.oid = f.conrelid
  join pg_catalog.pg_namespace cn on cn.oid = c.relnamespace
 cross join lateral (
   select pg_catalog.array_agg(y.attname order by p.place) as refers_to,
          pg_catalog.array_agg(x.attname order by p.place) as refers_by
     from rows from (pg_catalog.unnest(f.confkey), pg_catalog.unnest(f.conkey)) with ordinality p (theirs, own, place)
     join pg_catalog.pg_attribute y on y.attrelid = f.confrelid and y.attnum = p.theirs
     join pg_catalog.pg_attribute x on x.attrelid = f.conrelid and x.attnum = p.own) k
 where f.contype = 'f' and f.confdeltype in ('c', 'n', 'd') and (f.conparentid = 0 or not c.relispartition)
 order by 1, 2, 4, 5, f.conname
