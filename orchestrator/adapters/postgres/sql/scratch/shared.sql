-- What belongs to a scratch server and not to one database: roles, memberships, settings, databases.
-- A rehearsal changes it on a clone of its own all the same, so it is written down before and put back after.

-- name: shared
-- All of it in one value, by names: a role that was dropped and made anew is the same. %(but)s is the clone.
select pg_catalog.md5(pg_catalog.concat_ws('|',
  (select pg_catalog.string_agg((pg_catalog.to_jsonb(r) - 'oid')::text, ',' order by r.rolname)
     from pg_catalog.pg_authid r),
  (select pg_catalog.string_agg(m.line, ',' order by m.line)
     from (select pg_catalog.jsonb_build_array(a.roleid::regrole::text, a.member::regrole::text,
             a.grantor::regrole::text, pg_catalog.to_jsonb(a) - '{oid,roleid,member,grantor}'::text[])::text as line
             from pg_catalog.pg_auth_members a) m),
  (select pg_catalog.string_agg(pg_catalog.concat_ws(' ', p.parname, x), ',' order by p.parname, x::text)
     from pg_catalog.pg_parameter_acl p cross join lateral pg_catalog.unnest(p.paracl) x),
  (select pg_catalog.string_agg(pg_catalog.jsonb_build_array(d.datname, d.datdba::regrole::text, d.datacl::text,
            d.datconnlimit, d.datallowconn, d.datistemplate)::text, ',' order by d.datname)
     from pg_catalog.pg_database d where d.datname <> %(but)s),
  (select pg_catalog.string_agg(t.line, ',' order by t.line)
     from (select pg_catalog.jsonb_build_array(d.datname, r.rolname, s.setconfig)::text as line
             from pg_catalog.pg_db_role_setting s
             left join pg_catalog.pg_database d on d.oid = s.setdatabase
             left join pg_catalog.pg_roles r on r.oid = s.setrole
            where d.datname is distinct from %(but)s) t),
  -- when a copy was last used is written into its comment, by whoever uses it
  (select pg_catalog.string_agg(c.line, ',' order by c.line)
     from (select pg_catalog.jsonb_build_array(s.classoid::regclass::text, d.datname, r.rolname,
             pg_catalog.regexp_replace(s.description, '"used": [0-9.e+]+', '"used"'))::text as line
             from pg_catalog.pg_shdescription s
             left join pg_catalog.pg_database d
               on s.classoid = 'pg_catalog.pg_database'::regclass and d.oid = s.objoid
             left join pg_catalog.pg_roles r on s.classoid = 'pg_catalog.pg_authid'::regclass and r.oid = s.objoid
            where d.datname is distinct from %(but)s) c)));

-- name: schema
-- In the maintenance database, and granted to nobody: no role that plays reads or writes it.
create schema if not exists bascule_scratch;

-- name: table
create table if not exists bascule_scratch.before (
  clone text not null, shared text not null, roles jsonb not null, members jsonb not null, settings jsonb not null,
  parameters jsonb not null
);

-- name: comment
comment on table bascule_scratch.before is
  'What the server was like before a play that commits; a row that is found without its play is a crash.';

-- name: write_down
insert into bascule_scratch.before (clone, shared, roles, members, settings, parameters)
select %(clone)s, %(shared)s,
  (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r)), '[]') from pg_catalog.pg_authid r),
  (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'role', g.rolname, 'member', m.rolname, 'grantor', b.rolname, 'admin', a.admin_option,
            'inherit', pg_catalog.to_jsonb(a) -> 'inherit_option', 'set', pg_catalog.to_jsonb(a) -> 'set_option')), '[]')
     from pg_catalog.pg_auth_members a
     join pg_catalog.pg_roles g on g.oid = a.roleid
     join pg_catalog.pg_roles m on m.oid = a.member
     join pg_catalog.pg_roles b on b.oid = a.grantor),
  (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'database', s.setdatabase, 'role', coalesce(r.rolname::text, ''), 'config', s.setconfig)), '[]')
     from pg_catalog.pg_db_role_setting s left join pg_catalog.pg_roles r on r.oid = s.setrole),
  (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', p.parname, 'acl', p.paracl::text)), '[]')
     from pg_catalog.pg_parameter_acl p);

-- name: is_there
select pg_catalog.to_regclass('bascule_scratch.before') is not null;

-- name: written_down
select clone, shared from bascule_scratch.before;

-- name: strike_out
delete from bascule_scratch.before;

-- name: attributes
-- Back to their names and attributes; directly, since ALTER ROLE has no word for a password's very digest.
update pg_catalog.pg_authid a
   set rolname = b.rolname, rolsuper = b.rolsuper, rolinherit = b.rolinherit, rolcreaterole = b.rolcreaterole,
       rolcreatedb = b.rolcreatedb, rolcanlogin = b.rolcanlogin, rolreplication = b.rolreplication,
       rolbypassrls = b.rolbypassrls, rolconnlimit = b.rolconnlimit, rolpassword = b.rolpassword,
       rolvaliduntil = b.rolvaliduntil
  from bascule_scratch.before w
 cross join lateral pg_catalog.jsonb_populate_recordset(null::pg_catalog.pg_authid, w.roles) b
 where (a.oid = b.oid
        or a.rolname = b.rolname and not exists (select from pg_catalog.pg_authid o where o.oid = b.oid))
   and pg_catalog.to_jsonb(a) - 'oid' <> pg_catalog.to_jsonb(b) - 'oid';

-- name: taking_away
-- Statements that take away what appeared.
with was as (
  select m.* from bascule_scratch.before w
   cross join lateral pg_catalog.jsonb_to_recordset(w.members)
     as m("role" text, member text, grantor text, admin bool, inherit bool, "set" bool)
), gone as (
  select r.rolname from pg_catalog.pg_roles r
   where not exists (select from bascule_scratch.before w
                      cross join lateral pg_catalog.jsonb_array_elements(w.roles) b
                      where b ->> 'rolname' = r.rolname)
)
select statement from (
  select 1 as step, pg_catalog.format('revoke %%I from %%I granted by %%I cascade', g.rolname, m.rolname, b.rolname)
           as statement
    from pg_catalog.pg_auth_members a
    join pg_catalog.pg_roles g on g.oid = a.roleid
    join pg_catalog.pg_roles m on m.oid = a.member
    join pg_catalog.pg_roles b on b.oid = a.grantor
   where not exists (select from was
                      where was."role" = g.rolname and was.member = m.rolname and was.grantor = b.rolname
                        and was.admin = a.admin_option
                        and was.inherit is not distinct from (pg_catalog.to_jsonb(a) ->> 'inherit_option')::bool
                        and was."set" is not distinct from (pg_catalog.to_jsonb(a) ->> 'set_option')::bool)
  union all
  select 2, pg_catalog.format('drop owned by %%I', rolname) from gone
  union all
  select 3, pg_catalog.format('drop role %%I', rolname) from gone
) s
 where %(step)s = s.step
 order by statement;

-- name: bringing_back
-- Statements that make roles anew which are not there any more: nothing in any database can hang on them.
select pg_catalog.format('create role %%I', b ->> 'rolname')
  from bascule_scratch.before w
 cross join lateral pg_catalog.jsonb_array_elements(w.roles) b
 where not exists (select from pg_catalog.pg_roles r where r.rolname = b ->> 'rolname');

-- name: granting
-- Before PostgreSQL 16 a grant had no options but one.
select pg_catalog.format('grant %%I to %%I', m."role", m.member)
       || case when m.inherit is not null
               then pg_catalog.format(' with admin %%s, inherit %%s, set %%s', m.admin::text, m.inherit::text, m."set"::text)
               when m.admin then ' with admin option' else '' end
       || pg_catalog.format(' granted by %%I', m.grantor)
  from bascule_scratch.before w
 cross join lateral pg_catalog.jsonb_to_recordset(w.members)
   as m("role" text, member text, grantor text, admin bool, inherit bool, "set" bool)
 where not exists (select from pg_catalog.pg_auth_members a
                    join pg_catalog.pg_roles g on g.oid = a.roleid and g.rolname = m."role"
                    join pg_catalog.pg_roles p on p.oid = a.member and p.rolname = m.member
                    join pg_catalog.pg_roles b on b.oid = a.grantor and b.rolname = m.grantor)
 order by m.admin desc;

-- name: permitting
-- Statements that give rights to settings back, which a play takes away where the target does not give them.
select pg_catalog.format('grant %%s on parameter %%s to %%I', x.privilege_type,
         (select pg_catalog.string_agg(pg_catalog.quote_ident(each), '.' order by place)
            from pg_catalog.string_to_table(p.name, '.') with ordinality as parts (each, place)), r.rolname)
       || case when x.is_grantable then ' with grant option' else '' end
  from bascule_scratch.before w
 cross join lateral pg_catalog.jsonb_to_recordset(w.parameters) as p(name text, acl text)
 cross join lateral pg_catalog.aclexplode(p.acl::pg_catalog.aclitem[]) x
  join pg_catalog.pg_roles r on r.oid = x.grantee
 where not exists (select from pg_catalog.pg_parameter_acl n
                    cross join lateral pg_catalog.aclexplode(n.paracl) y
                    where n.parname = p.name and y.grantee = x.grantee and y.privilege_type = x.privilege_type);

-- name: no_settings
delete from pg_catalog.pg_db_role_setting;

-- name: settings
-- Directly: what SET would make of a list is not what stood there.
insert into pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)
select s.database, coalesce(r.oid, 0), s.config
  from bascule_scratch.before w
 cross join lateral pg_catalog.jsonb_to_recordset(w.settings) as s(database oid, "role" text, config text[])
  left join pg_catalog.pg_roles r on r.rolname = s."role"
 where (s.database = 0 or exists (select from pg_catalog.pg_database d where d.oid = s.database))
   and (s."role" = '' or r.oid is not null);
