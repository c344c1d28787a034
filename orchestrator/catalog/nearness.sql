-- What has to be looked at to tell of these relations and routines: the OIDs of what they consist of (`about`), and of
-- these and all that they name (`near`), as two arrays. Then which parts of facts/ tell of them at all, and whether
-- one of them belongs to a role of the platform.
with held (classid, objid) as materialized (
  select 'pg_class'::regclass::oid, oid from unnest(%(relations)s::oid[]) oid
  union all select 'pg_class'::regclass, indexrelid from pg_index where indrelid = any (%(relations)s)
  union all select 'pg_constraint'::regclass, oid from pg_constraint where conrelid = any (%(relations)s)
  union all select 'pg_attrdef'::regclass, oid from pg_attrdef where adrelid = any (%(relations)s)
  union all select 'pg_trigger'::regclass, oid from pg_trigger
   where tgrelid = any (%(relations)s) and not tgisinternal
  union all select 'pg_policy'::regclass, oid from pg_policy where polrelid = any (%(relations)s)
  union all select 'pg_rewrite'::regclass, oid from pg_rewrite where ev_class = any (%(relations)s)
  union all select 'pg_publication_rel'::regclass, oid from pg_publication_rel where prrelid = any (%(relations)s)
  union all select 'pg_proc'::regclass, oid from unnest(%(routines)s::oid[]) oid
),
named (classid, objid) as materialized (
  select d.refclassid, d.refobjid
    from held h
   cross join lateral (
     select refclassid, refobjid from pg_depend where classid = h.classid and objid = h.objid offset 0) d
)
select array(select objid::bigint from held),
       array(select objid::bigint from held
             union select objid::bigint from named
             -- the row type of a table stands for the table, the type of an array for that of its elements
             union select t.typrelid::bigint from named n join pg_type t on t.oid = n.objid where t.typrelid <> 0
             union select t.typelem::bigint from named n join pg_type t on t.oid = n.objid where t.typelem <> 0
             union select e.typrelid::bigint from named n join pg_type t on t.oid = n.objid
                     join pg_type e on e.oid = t.typelem where e.typrelid <> 0
             union select c.conrelid::bigint from named n join pg_constraint c on c.oid = n.objid where c.conrelid <> 0),
       array(select 'tables' where cardinality(%(relations)s::oid[]) > 0
             union all select 'routines' where cardinality(%(routines)s::oid[]) > 0
             union all select distinct kind
                         from held join (values ('pg_rewrite'::regclass::oid, 'views'), ('pg_rewrite'::regclass, 'rules'),
                                                ('pg_trigger'::regclass, 'triggers'), ('pg_policy'::regclass, 'policies'),
                                                ('pg_publication_rel'::regclass, 'published')) part (classid, kind)
                           on part.classid = held.classid),
       exists (select from pg_roles o
                where (o.rolname like 'supabase\_%%' or o.rolname in ('dashboard_user', 'pgbouncer', 'pgsodium_keymaker'))
                  and (exists (select from pg_class c where c.oid = any (%(relations)s) and c.relowner = o.oid)
                       or exists (select from pg_proc p where p.oid = any (%(routines)s) and p.proowner = o.oid)))
