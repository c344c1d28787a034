-- Databases on the scratch server, asked of its maintenance database.

-- name: exists
select from pg_catalog.pg_database where datname = %(name)s;

-- name: try_turn
-- One rehearsal at a time on a scratch server: roles are the server's, and a template must have no visitors.
select pg_catalog.pg_try_advisory_lock(%(key)s);

-- name: left_over
-- What a play or a build leaves that is cut off; whoever has the turn knows that nobody is at it.
select d.datname::text
  from pg_catalog.pg_database d
 where d.datname ~ '^play_(copy|built)_[0-9a-f]{24}$' or d.datname ~ '^(copy|built)_[0-9a-f]{24}_new$';

-- name: built
-- Databases made from files, and when they were used: their comment says so.
select d.datname::text, coalesce(pg_catalog.shobj_description(d.oid, 'pg_database'), '')
  from pg_catalog.pg_database d
 where d.datname ~ '^built_[0-9a-f]{24}$';

-- name: owner
select pg_catalog.pg_get_userbyid(d.datdba)::text from pg_catalog.pg_database d where d.datname = %(name)s;

-- name: privileges
-- Statements that give a clone the privileges of its copy, which it does not have by itself.
select statement
  from (select 1 as step, pg_catalog.format('revoke all on database %%I from public, %%I', %(clone)s::text, r.rolname)
               as statement
          from pg_catalog.pg_database d
          join pg_catalog.pg_roles r on r.oid = d.datdba
         where d.datname = %(copy)s and d.datacl is not null
        union all
        select 2, pg_catalog.format('grant %%s on database %%I to %%s%%s', x.privilege_type, %(clone)s::text,
                 case when x.grantee = 0 then 'public' else pg_catalog.quote_ident(r.rolname) end,
                 case when x.is_grantable then ' with grant option' else '' end)
          from pg_catalog.pg_database d
         cross join lateral pg_catalog.aclexplode(d.datacl) x
          left join pg_catalog.pg_roles r on r.oid = x.grantee
         where d.datname = %(copy)s and (x.grantee = 0 or r.rolname is not null)) s
 order by step, statement;

-- name: settings
-- The settings of a copy for its clone; directly, since what SET would make of a list is not what stood there.
insert into pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)
select n.oid, s.setrole, s.setconfig
  from pg_catalog.pg_db_role_setting s
  join pg_catalog.pg_database c on c.oid = s.setdatabase and c.datname = %(copy)s
 cross join pg_catalog.pg_database n
 where n.datname = %(clone)s;
