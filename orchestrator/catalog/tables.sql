-- The tables and views of the user's schemas, as JSON for each: columns in their order, constraints, indexes.
select n.nspname::text, c.relname::text, c.relkind::text, c.relrowsecurity,
       coalesce((select json_agg(json_build_object(
                          'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                          'not_null', a.attnotnull, 'default', pg_get_expr(d.adbin, d.adrelid),
                          'generated', a.attgenerated <> '',
                          'identity', a.attidentity <> '') order by a.attnum)
                   from pg_attribute a
                   left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
                  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]')::text as columns,
       coalesce((select json_agg(json_build_object('name', k.conname, 'definition', pg_get_constraintdef(k.oid))
                                 order by k.contype <> 'p', k.conname)
                   from pg_constraint k
                  where k.conrelid = c.oid and k.contype <> 'n'), '[]')::text as constraints,
       coalesce((select json_agg(json_build_object('name', x.relname, 'definition', pg_get_indexdef(x.oid))
                                 order by x.relname)
                   from pg_index i join pg_class x on x.oid = i.indexrelid
                  where i.indrelid = c.oid
                    and not exists (select from pg_constraint k where k.conindid = i.indexrelid
                                                                  and k.conrelid = c.oid)), '[]')::text as indexes,
       case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as definition
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = any (%(schemas)s::text[])
   and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and not exists (select from pg_depend e
                    where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
 order by 1, 2
