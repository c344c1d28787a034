select case when l.provider is null then 'comment' else 'security label' end,
       concat_ws(' ', l.provider, o.type, o.identity), 'text=' || l.said, l.whose
  from label l
 cross join lateral pg_identify_object(l.classoid, l.objoid, l.objsubid) o
  left join space s on s.name = o.schema
 where o.type <> 'extension' and not coalesce(s.managed, false)
   and (o.schema is null or s.oid is not null)
   and not exists (select from member m where m.classid = l.classoid and m.objid = l.objoid)

union all
select 'grant', p.kind || ' ' || p.identity, coalesce(string_agg(distinct e.said, E'\x1f' order by e.said), ''), p.whose
  from privileges p
  left join lateral (
   select case when x.grantee = 0 then 'public' else x.grantee::regrole::text end || ' ' || x.privilege_type
            || case when x.is_grantable then '*' else '' end as said
     from aclexplode(p.acl) x) e on true
 group by p.kind, p.identity, p.whose
