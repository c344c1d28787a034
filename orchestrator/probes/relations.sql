-- The relations of the exposed schemas, with what protects them. Members of extensions are left out. Files and
-- messages are reached through services of their own, as the same roles: they belong to it once there is a policy.
with recursive scope as materialized (
  select c.oid, c.relkind, c.relrowsecurity, c.relowner, c.relispartition,
         n.nspname as schema, quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where (n.nspname = any (%(schemas)s::text[])
          or (n.nspname::text, c.relname::text) in (('storage', 'objects'), ('realtime', 'messages'))
             and exists (select from pg_policy p where p.polrelid = c.oid))
     and c.relkind in ('r', 'p', 'v', 'm', 'f')
     and not exists (select from pg_depend e
                      where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
),
-- Every view, with the role as which it reads; null: as whoever asks.
view as materialized (
  select c.oid,
         case when c.relkind = 'm'
                or not coalesce((select option_value::boolean from pg_options_to_table(c.reloptions)
                                  where option_name = 'security_invoker'), false)
              then c.relowner
         end as reads_as
    from pg_class c
   where c.relkind in ('v', 'm')
),
-- What a view reads, through other views too. A view that reads as its owner keeps that role for what it
-- reads directly and for the invoker's views below it.
reads (view, relation, reads_as) as (
  select v.oid, v.oid, v.reads_as from view v join scope s on s.oid = v.oid
  union
  select r.view, d.refobjid,
         coalesce((select inner_view.reads_as from view inner_view where inner_view.oid = d.refobjid), r.reads_as)
    from reads r
    join pg_rewrite w on w.ev_class = r.relation
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
                    and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.relation
),
bypass as (
  select r.view, array_agg(distinct quote_ident(n.nspname) || '.' || quote_ident(c.relname)) as names
    from reads r
    join pg_class c on c.oid = r.relation and c.relrowsecurity
    join pg_namespace n on n.oid = c.relnamespace
    join pg_roles reader on reader.oid = r.reads_as
   where reader.rolsuper or reader.rolbypassrls
      or (not c.relforcerowsecurity and pg_has_role(reader.oid, c.relowner, 'usage'))
   group by r.view
)
select s.oid, s.schema, s.name, s.relkind::text,
       case when s.relkind = 'v' then (select v.reads_as is null from view v where v.oid = s.oid)
            else s.relrowsecurity
       end as row_security,
       array(select p.polname::text from pg_policy p where p.polrelid = s.oid order by p.polname::text) as policies,
       case when s.relispartition
            then (select quote_ident(n.nspname) || '.' || quote_ident(c.relname)
                    from pg_inherits i
                    join pg_class c on c.oid = i.inhparent
                    join pg_namespace n on n.oid = c.relnamespace
                   where i.inhrelid = s.oid)
       end as partition_of,
       coalesce(b.names, '{}') as bypasses
  from scope s
  left join bypass b on b.view = s.oid
 order by s.name collate "C"
