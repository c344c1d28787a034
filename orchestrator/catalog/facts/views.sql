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

union all
select 'trigger', r.name || '.' || quote_ident(t.tgname), concat_ws(E'\x1f', 'definition=' || pg_get_triggerdef(t.oid),
         'fires=' || case t.tgenabled when 'D' then 'never' when 'A' then 'always' when 'R' then 'on replicas' end,
         case when t.tgparentid <> 0 then 'inherited' end,
         u.said), r.whose
  from pg_trigger t
  left join uses u on u.classid = t.tableoid and u.objid = t.oid
  join relation r on r.oid = t.tgrelid
  join pg_proc p on p.oid = t.tgfoid
 where not t.tgisinternal and not (r.platform and p.pronamespace = r.relnamespace)

union all
select 'rule', r.name || '.' || quote_ident(w.rulename), concat_ws(E'\x1f',
         'definition=' || pg_get_ruledef(w.oid),
         'fires=' || case w.ev_enabled when 'D' then 'never' when 'A' then 'always' when 'R' then 'on replicas' end,
         u.said), r.whose
  from pg_rewrite w
  join own_relation r on r.oid = w.ev_class
  left join uses u on u.classid = w.tableoid and u.objid = w.oid
 where w.rulename <> '_RETURN'

union all
select 'policy', r.name || '.' || quote_ident(p.polname), concat_ws(E'\x1f',
         case when p.polpermissive then 'permissive' else 'restrictive' end,
         'for=' || case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
                       else 'all' end,
         'to=' || (select string_agg(name, ', ' order by name)
                     from (select case when g = 0 then 'public' else g::regrole::text end as name
                             from unnest(p.polroles) g) named),
         'using=' || pg_get_expr(p.polqual, p.polrelid),
         'check=' || pg_get_expr(p.polwithcheck, p.polrelid),
         u.said), r.whose
  from pg_policy p
  join relation r on r.oid = p.polrelid
  left join uses u on u.classid = p.tableoid and u.objid = p.oid

union all
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
