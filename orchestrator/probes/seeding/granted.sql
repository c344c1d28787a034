-- Which columns each role may fill and which it may change, by table.
select a.attrelid::bigint, r.rolname::text,
       coalesce(array_agg(a.attname::text) filter (where has_column_privilege(r.oid, a.attrelid, a.attnum, 'insert')), '{}'),
       coalesce(array_agg(a.attname::text) filter (where has_column_privilege(r.oid, a.attrelid, a.attnum, 'update')), '{}')
  from pg_attribute a
 cross join pg_roles r
 where a.attrelid = any (%(tables)s::oid[]) and r.rolname = any (%(roles)s::text[])
   and a.attnum > 0 and not a.attisdropped
 group by a.attrelid, r.rolname
