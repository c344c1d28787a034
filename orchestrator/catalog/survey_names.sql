-- What stands beside tables and functions, as one row of JSON: schemas, types, sequences, extensions, what new
-- tables of the current role are granted, and which of the API's roles exist. For what is asked after it in this
-- transaction, no query is compiled: that takes longer than the query.
with space as materialized (
  select oid, nspname from pg_namespace
   where nspname not like 'pg\_%' and nspname <> 'information_schema'
),
-- Members of extensions, and the types that depend on such a type (the multirange of a range).
member as materialized (
  select classid, objid from pg_depend
   where deptype = 'e' and classid in ('pg_namespace'::regclass, 'pg_type'::regclass, 'pg_class'::regclass)
  union
  select d.classid, d.objid
    from pg_depend e
    join pg_depend d on d.refclassid = e.classid and d.refobjid = e.objid
                    and d.classid = e.classid and d.deptype = 'i'
   where e.deptype = 'e' and e.classid = 'pg_type'::regclass
),
-- Types in their own right: not the arrays, not the row types of tables.
type as materialized (
  select t.oid, t.typtype, s.nspname, t.typname
    from pg_type t
    join space s on s.oid = t.typnamespace
    left join pg_class c on c.oid = t.typrelid
   where (t.typtype in ('e', 'd', 'r', 'm') or t.typtype = 'b' and t.typcategory <> 'A' or c.relkind = 'c')
     and not exists (select from member m where m.classid = 'pg_type'::regclass and m.objid = t.oid)
)
select json_build_object(
         'schemas', array(select s.nspname from space s
                           where not exists (select from member m
                                              where m.classid = 'pg_namespace'::regclass and m.objid = s.oid)),
         'extensions', array(select extname from pg_extension),
         'sequences', coalesce((
           select json_agg(json_build_array(s.nspname, c.relname))
             from pg_class c
             join space s on s.oid = c.relnamespace
            where c.relkind = 'S'
              and not exists (select from member m
                               where m.classid = 'pg_class'::regclass and m.objid = c.oid)), '[]'),
         'enums', coalesce((
           select json_agg(json_build_array(t.nspname, t.typname,
                    array(select e.enumlabel from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder)))
             from type t where t.typtype = 'e'), '[]'),
         'other_types', coalesce((
           select json_agg(json_build_array(t.nspname, t.typname)) from type t where t.typtype <> 'e'), '[]'),
         'default_grants', coalesce((
           select json_agg(json_build_array(n.nspname,
                    case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee) end, g.privilege_type))
             from pg_default_acl d
            cross join lateral aclexplode(d.defaclacl) g
             left join pg_namespace n on n.oid = d.defaclnamespace
            where d.defaclobjtype = 'r' and g.grantee <> d.defaclrole
              and d.defaclrole = (select oid from pg_roles where rolname = current_user)), '[]'),
         'api_roles', array(select rolname from pg_roles
                             where rolname in ('anon', 'authenticated', 'service_role')))::text,
       set_config('jit', 'off', true)
