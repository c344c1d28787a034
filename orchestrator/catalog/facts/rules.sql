select 'rule', r.name || '.' || quote_ident(w.rulename), concat_ws(E'\x1f',
         'definition=' || pg_get_ruledef(w.oid),
         'fires=' || case w.ev_enabled when 'D' then 'never' when 'A' then 'always' when 'R' then 'on replicas' end,
         u.said), r.whose
  from pg_rewrite w
  join own_relation r on r.oid = w.ev_class
  left join uses u on u.classid = w.tableoid and u.objid = w.oid
 where w.rulename <> '_RETURN'
