-- Databases on the scratch server, asked of its maintenance database.

-- name: exists
select from pg_catalog.pg_database where datname = %(name)s;

-- name: try_turn
-- One rehearsal at a time on a scratch server: roles are the server's, and a template must have no visitors.
select pg_catalog.pg_try_advisory_lock(%(key)s);

-- name: shared
-- What belongs to the server and not to one database, in one value: a rehearsal must leave it as it was.
select pg_catalog.md5(pg_catalog.concat(
  (select pg_catalog.string_agg(pg_catalog.to_jsonb(r)::text, ',' order by r.rolname) from pg_catalog.pg_authid r),
  (select pg_catalog.string_agg(pg_catalog.to_jsonb(m)::text, ',' order by m.roleid, m.member, m.grantor)
     from pg_catalog.pg_auth_members m),
  (select pg_catalog.string_agg(pg_catalog.to_jsonb(p)::text, ',' order by p.parname) from pg_catalog.pg_parameter_acl p),
  (select pg_catalog.string_agg(d.datname::text, ',' order by d.datname) from pg_catalog.pg_database d
    where d.datname <> %(but)s)));
