select case r.relkind when 'm' then 'materialized view' else 'view' end, r.name, concat_ws(E'\x1f',
         'owner=' || r.relowner::regrole,
         'with=' || (select string_agg(o, ', ' order by o) from unnest(r.reloptions) o),
         case when not r.relispopulated then 'not populated' end,
         'method=' || (select am.amname from pg_am am where am.oid = r.relam and am.amname <> 'heap'),
         'tablespace=' || (select t.spcname from pg_tablespace t where t.oid = r.reltablespace),
         'columns=' || (select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                          from pg_attribute a where a.attrelid = r.oid and a.attnum > 0),
         'definition=' || pg_get_viewdef(r.oid),
         u.said), r.whose
  from own_relation r
  left join pg_rewrite w on w.ev_class = r.oid and w.rulename = '_RETURN'
  left join uses u on u.classid = w.tableoid and u.objid = w.oid
 where r.relkind in ('v', 'm')
