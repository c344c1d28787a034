-- Roles of a server, as far as everybody may see them: no passwords. Settings of extensions and of the
-- author's own are left out, for they may be secrets.

-- name: who
-- And what only the server's own modules know: on a hosted project one of them lets who runs migrations do more
-- than its attributes say. Whoever may not see which modules are loaded cannot tell.
select current_user::text, d.datname::text, pg_catalog.pg_get_userbyid(d.datdba)::text,
       array(select array[pg_catalog.pg_get_userbyid(x.grantee)::text, p.parname, x.privilege_type]
               from pg_catalog.pg_parameter_acl p
              cross join lateral pg_catalog.aclexplode(p.paracl) x
              where x.grantee <> 0
              order by 1),
       exists (select from pg_catalog.pg_settings s where s.name like 'supautils.%')
       or not exists (select from pg_catalog.pg_settings s where s.name = 'session_preload_libraries')
  from pg_catalog.pg_database d
 where d.datname = pg_catalog.current_database();

-- name: roles
select r.rolname::text, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls,
       array(select c
               from pg_catalog.pg_db_role_setting s
              cross join lateral pg_catalog.unnest(s.setconfig) c
              where s.setrole = r.oid and s.setdatabase = 0
                and pg_catalog.strpos(pg_catalog.split_part(c, '=', 1), '.') = 0
              order by c)
  from pg_catalog.pg_roles r
 where r.rolname not like 'pg\_%'
 order by r.rolname;

-- name: memberships
-- What each grantor gave is taken together. Before PostgreSQL 16 a grant had no options but one.
select m.rolname::text, g.rolname::text, pg_catalog.bool_or(a.admin_option),
       pg_catalog.bool_or((pg_catalog.to_jsonb(a) ->> 'inherit_option')::bool),
       pg_catalog.bool_or((pg_catalog.to_jsonb(a) ->> 'set_option')::bool)
  from pg_catalog.pg_auth_members a
  join pg_catalog.pg_roles g on g.oid = a.roleid
  join pg_catalog.pg_roles m on m.oid = a.member
 where m.rolname not like 'pg\_%'
 group by m.rolname, g.rolname
 order by m.rolname, g.rolname;

-- name: predefined
select r.rolname::text from pg_catalog.pg_roles r where r.rolname like 'pg\_%';

-- name: revoking
-- Statements that take a membership away, whoever granted it.
select pg_catalog.format('revoke %%I from %%I granted by %%I cascade', g.rolname, m.rolname, b.rolname)
  from pg_catalog.pg_auth_members a
  join pg_catalog.pg_roles g on g.oid = a.roleid
  join pg_catalog.pg_roles m on m.oid = a.member
  join pg_catalog.pg_roles b on b.oid = a.grantor
 where g.rolname = %(granted)s and m.rolname = %(member)s;
