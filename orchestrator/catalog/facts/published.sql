select 'published table', quote_ident(p.pubname) || '/' || r.name, concat_ws(E'\x1f',
         'where=' || pg_get_expr(m.prqual, m.prrelid),
         'columns=' || (select string_agg(quote_ident(a.attname), ', ' order by a.attname)
                          from pg_attribute a where a.attrelid = m.prrelid and a.attnum = any (m.prattrs)),
         u.said), r.whose
  from pg_publication_rel m
  left join uses u on u.classid = m.tableoid and u.objid = m.oid
  join pg_publication p on p.oid = m.prpubid
  join relation r on r.oid = m.prrelid
 where not (r.platform and p.pubowner in (select oid from platform_role))
