-- What the server knows of roles, as rows like those of facts/: roles, who is a member of which, settings that
-- hold in every database. Each says by `about` whose it is, as the catalog has the names. Passwords are not seen:
-- nobody but a superuser may read even their digests.
select 'role' as kind, quote_ident(r.rolname) as identity,
       concat_ws(E'\x1f', 'about=' || r.rolname,
         case when r.rolsuper then 'superuser' end, case when r.rolinherit then 'inherit' end,
         case when r.rolcreaterole then 'createrole' end, case when r.rolcreatedb then 'createdb' end,
         case when r.rolcanlogin then 'login' end, case when r.rolreplication then 'replication' end,
         case when r.rolbypassrls then 'bypassrls' end,
         'connections=' || nullif(r.rolconnlimit, -1), 'valid until=' || r.rolvaliduntil) as definition
  from pg_roles r

union all
-- since PostgreSQL 16 there may be several of one pair, by their grantors, and each says what it allows
select 'membership', quote_ident(m.rolname) || ' in ' || quote_ident(g.rolname),
       concat_ws(E'\x1f', 'about=' || m.rolname || '/' || g.rolname,
         string_agg(distinct concat_ws(' ', case when a.admin_option then 'admin' end,
                                       'inherit ' || (to_jsonb(a) ->> 'inherit_option'),
                                       'set ' || (to_jsonb(a) ->> 'set_option')), E'\x1f'))
  from pg_auth_members a
  join pg_roles m on m.oid = a.member
  join pg_roles g on g.oid = a.roleid
 group by m.rolname, g.rolname

union all
-- A custom setting may be a secret; it is told by its digest.
select 'server-wide setting', v.name || ' of ' || coalesce(quote_ident(r.rolname), 'every role'),
       concat_ws(E'\x1f', 'about=' || coalesce(r.rolname, '*'),
         case when strpos(v.name, '.') > 0 then 'value=sha256:' || encode(sha256(convert_to(v.value, 'UTF8')), 'hex')
              else 'value=' || v.value end)
  from pg_db_role_setting s
  left join pg_roles r on r.oid = s.setrole
 cross join lateral (select split_part(c, '=', 1) as name, substr(c, strpos(c, '=') + 1) as value
                       from unnest(s.setconfig) c) v
 where s.setdatabase = 0
