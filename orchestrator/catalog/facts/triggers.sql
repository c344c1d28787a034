select 'trigger', r.name || '.' || quote_ident(t.tgname), concat_ws(E'\x1f', 'definition=' || pg_get_triggerdef(t.oid),
         'fires=' || case t.tgenabled when 'D' then 'never' when 'A' then 'always' when 'R' then 'on replicas' end,
         case when t.tgparentid <> 0 then 'inherited' end,
         u.said), r.whose
  from pg_trigger t
  left join uses u on u.classid = t.tableoid and u.objid = t.oid
  join relation r on r.oid = t.tgrelid
  join pg_proc p on p.oid = t.tgfoid
 where not t.tgisinternal and not (r.platform and p.pronamespace = r.relnamespace)
