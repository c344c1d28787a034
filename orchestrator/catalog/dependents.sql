-- Whose definitions may say something of these relations and routines, as keys like those of versions.sql, straight
-- or by way of others: 0 for whatever is neither of a relation nor a routine.
with recursive dependent (classid, objid) as (
  select classid, objid
    from (select 'pg_class'::regclass::oid, oid from unnest(%(relations)s::oid[]) oid
          union all select 'pg_class'::regclass, indexrelid from pg_index where indrelid = any (%(relations)s)
          union all select 'pg_constraint'::regclass, oid from pg_constraint where conrelid = any (%(relations)s)
          union all select 'pg_attrdef'::regclass, oid from pg_attrdef where adrelid = any (%(relations)s)
          union all
          select 'pg_type'::regclass, t.oid
            from pg_class c join pg_type e on e.oid = c.reltype join pg_type t on t.oid in (e.oid, e.typarray)
           where c.oid = any (%(relations)s)
          union all select 'pg_proc'::regclass, oid from unnest(%(routines)s::oid[]) oid) begin (classid, objid)
  union
  select d.classid, d.objid
    from dependent p
   cross join lateral (
     select classid, objid from pg_depend
      where refclassid = p.classid and refobjid = p.objid
        -- of the triggers that check foreign keys nothing is told
        and not (classid = 'pg_trigger'::regclass and exists (select from pg_trigger t where t.oid = objid and t.tgisinternal))
     offset 0) d
)
select distinct case d.classid
         when 'pg_class'::regclass then
           coalesce((select indrelid::bigint from pg_index where indexrelid = d.objid),
                    (select case c.relkind when 'c' then 0
                                           when 't' then (select oid from pg_class where reltoastrelid = c.oid)
                                           else c.oid end::bigint from pg_class c where c.oid = d.objid))
         when 'pg_proc'::regclass then -d.objid::bigint
         when 'pg_constraint'::regclass then (select conrelid::bigint from pg_constraint where oid = d.objid)
         when 'pg_attrdef'::regclass then (select adrelid::bigint from pg_attrdef where oid = d.objid)
         when 'pg_trigger'::regclass then (select tgrelid::bigint from pg_trigger where oid = d.objid)
         when 'pg_policy'::regclass then (select polrelid::bigint from pg_policy where oid = d.objid)
         when 'pg_rewrite'::regclass then (select ev_class::bigint from pg_rewrite where oid = d.objid)
         when 'pg_publication_rel'::regclass then (select prrelid::bigint from pg_publication_rel where oid = d.objid)
         when 'pg_type'::regclass then
           (select coalesce(nullif(t.typrelid, 0), e.typrelid, 0)::bigint
              from pg_type t left join pg_type e on e.oid = t.typelem and e.typrelid <> 0 where t.oid = d.objid)
         else 0 end
  from dependent d
