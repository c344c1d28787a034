select case p.prokind when 'a' then 'aggregate' when 'p' then 'procedure' else 'function' end, p.name, concat_ws(E'\x1f',
         'owner=' || p.proowner::regrole,
         case when p.prokind <> 'a' then 'arguments=' || pg_get_function_arguments(p.oid) end,
         case when p.prokind <> 'a' then 'returns=' || pg_get_function_result(p.oid) end,
         case when p.prokind <> 'a' then 'definition=' || pg_get_functiondef(p.oid) end,
         (select concat_ws(E'\x1f', 'kind=' || a.aggkind::text, 'step=' || a.aggtransfn, 'state=' || format_type(a.aggtranstype, null),
                           'size=' || nullif(a.aggtransspace, 0),
                           'final=' || nullif(a.aggfinalfn, 0), case when a.aggfinalextra then 'final extra' end,
                           'final modify=' || nullif(a.aggfinalmodify, 'r')::text,
                           'combine=' || nullif(a.aggcombinefn, 0), 'serialize=' || nullif(a.aggserialfn, 0),
                           'deserialize=' || nullif(a.aggdeserialfn, 0), 'start=' || a.agginitval,
                           'moving=' || nullif(a.aggmtransfn, 0), 'sort=' || nullif(a.aggsortop, 0)::regoperator,
                           'parallel=' || nullif(p.proparallel, 'u')::text)
            from pg_aggregate a where a.aggfnoid = p.oid),
         u.said), p.whose
  from routine p
  left join uses u on u.classid = p.catalog and u.objid = p.oid
