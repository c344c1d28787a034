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
