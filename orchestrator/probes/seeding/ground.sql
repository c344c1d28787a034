-- Every table that rows might be made up for, with all that decides what a row of it may look like: one row
-- a table, the rest in JSON. Tables of extensions are among them: policies may read those too.
with scope as materialized (
  select c.oid, c.relkind, c.relispartition, c.relrowsecurity, n.nspname, c.relname, c.relpartbound,
         quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'f')
     and c.relpersistence <> 't'
     and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
     and n.nspname not like 'pg\_temp\_%%'
),
-- A domain stands for the type below it, and its checks count as the column's.
base as materialized (
  with recursive down (oid, at, depth) as (
    select t.oid, t.oid, 0 from pg_type t where t.typtype = 'd'
    union all
    select d.oid, t.typbasetype, d.depth + 1
      from down d
      join pg_type t on t.oid = d.at and t.typtype = 'd'
  )
  select d.oid,
         (array_agg(d.at order by d.depth desc))[1] as of,
         (array_agg(t.typtypmod order by d.depth desc) filter (where t.typtype = 'd'))[1] as typmod,
         bool_or(t.typnotnull) as required,
         array_agg(d.at) as chain
    from down d
    join pg_type t on t.oid = d.at
   group by d.oid
),
columns as (
  select a.attrelid as oid,
         jsonb_agg(jsonb_build_object(
           'name', a.attname,
           'type', case when e.oid is null then t.typname else e.typname end,
           'kind', case when e.oid is null then t.typtype else e.typtype end,
           'array', e.oid is not null,
           'reads_as', (select quote_ident(w.nspname) || '.' || quote_ident(t.typname)
                          from pg_namespace w where w.oid = t.typnamespace),
           'modifier', case when a.atttypmod >= 0 then a.atttypmod else coalesce(b.typmod, -1) end,
           'required', a.attnotnull or coalesce(b.required, false),
           'identity', a.attidentity <> '',
           'generated', a.attgenerated <> '',
           'default', pg_get_expr(d.adbin, d.adrelid),
           'calls', (select jsonb_agg(distinct f.refobjid::bigint)
                       from pg_depend f
                      where f.classid = 'pg_attrdef'::regclass and f.objid = d.oid
                        and f.refclassid = 'pg_proc'::regclass),
           'labels', (select jsonb_agg(l.enumlabel order by l.enumsortorder)
                        from pg_enum l where l.enumtypid = coalesce(e.oid, t.oid)),
           'fields', case when coalesce(e.typtype, t.typtype) = 'c'
                          then (select count(*) from pg_attribute f
                                 where f.attrelid = coalesce(nullif(e.typrelid, 0), t.typrelid)
                                   and f.attnum > 0 and not f.attisdropped) end
         ) order by a.attnum) as columns
    from pg_attribute a
    join scope s on s.oid = a.attrelid
    left join base b on b.oid = a.atttypid
    join pg_type t on t.oid = coalesce(b.of, a.atttypid)
    left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attnum > 0 and not a.attisdropped
   group by a.attrelid
),
keys as (
  select k.conrelid as oid,
         jsonb_agg(jsonb_build_object(
           'parent', k.confrelid::bigint,
           'columns', (select jsonb_agg(a.attname order by p.place)
                         from unnest(k.conkey) with ordinality p (number, place)
                         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.number),
           'of', (select jsonb_agg(a.attname order by p.place)
                    from unnest(k.confkey) with ordinality p (number, place)
                    join pg_attribute a on a.attrelid = k.confrelid and a.attnum = p.number)
         ) order by k.conname) as keys
    from pg_constraint k
    join scope s on s.oid = k.conrelid
   where k.contype = 'f'
   group by k.conrelid
),
-- The checks of columns' domains speak of VALUE; whoever asks puts the column there.
checks as (
  select k.oid, jsonb_agg(jsonb_build_object('name', k.name, 'columns', k.columns, 'says', k.says)) as checks
    from (
      select k.conrelid as oid, k.conname as name, pg_get_expr(k.conbin, k.conrelid) as says,
             (select jsonb_agg(a.attname)
                from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey)) as columns
        from pg_constraint k
        join scope s on s.oid = k.conrelid
       where k.contype = 'c'
      union all
      select a.attrelid, k.conname, pg_get_expr(k.conbin, 0), jsonb_build_array(a.attname)
        from pg_attribute a
        join scope s on s.oid = a.attrelid
        join base b on b.oid = a.atttypid
        join pg_constraint k on k.contypid = any (b.chain) and k.contype = 'c'
       where a.attnum > 0 and not a.attisdropped
    ) k
   group by k.oid
),
-- Functions that run whenever a row is written: those of checks, of domains' checks and of indexes.
runs as (
  select r.oid, jsonb_agg(distinct d.refobjid::bigint) as runs
    from (
      select k.conrelid as oid, 'pg_constraint'::regclass as class, k.oid as object
        from pg_constraint k
        join scope s on s.oid = k.conrelid
       where k.contype = 'c'
      union all
      select a.attrelid, 'pg_constraint'::regclass, k.oid
        from pg_attribute a
        join scope s on s.oid = a.attrelid
        join base b on b.oid = a.atttypid
        join pg_constraint k on k.contypid = any (b.chain) and k.contype = 'c'
      union all
      select x.indrelid, 'pg_class'::regclass, x.indexrelid
        from pg_index x
        join scope s on s.oid = x.indrelid
       where x.indexprs is not null or x.indpred is not null
    ) r
    join pg_depend d on d.classid = r.class and d.objid = r.object and d.refclassid = 'pg_proc'::regclass
   group by r.oid
),
policies as (
  select p.polrelid as oid,
         jsonb_agg(jsonb_build_object(
           'name', p.polname,
           'command', p.polcmd,
           'permissive', p.polpermissive,
           'roles', (select jsonb_agg(coalesce(r.rolname, 'public'))
                       from unnest(p.polroles) o (oid) left join pg_roles r on r.oid = o.oid),
           'using', pg_get_expr(p.polqual, p.polrelid),
           'check', pg_get_expr(p.polwithcheck, p.polrelid),
           'reads', (select coalesce(jsonb_agg(distinct d.refobjid::bigint), '[]')
                       from pg_depend d
                      where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                        and d.refclassid = 'pg_class'::regclass and d.refobjid <> p.polrelid),
           'calls', (select coalesce(jsonb_agg(distinct d.refobjid::bigint), '[]')
                       from pg_depend d
                      where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                        and d.refclassid = 'pg_proc'::regclass)
         ) order by p.polname) as policies
    from pg_policy p
    join scope s on s.oid = p.polrelid
   group by p.polrelid
)
select s.oid::bigint, s.nspname, s.relname, s.name, s.relkind::text, s.relrowsecurity,
       case when s.relispartition then pg_get_expr(s.relpartbound, s.oid) end as bound,
       -- of a partition: by which columns its parent is parted
       (select array_agg(a.attname::text order by p.place)
          from pg_inherits i
          join pg_partitioned_table t on t.partrelid = i.inhparent
          cross join unnest(t.partattrs::smallint[]) with ordinality p (number, place)
          join pg_attribute a on a.attrelid = i.inhparent and a.attnum = p.number
         where s.relispartition and i.inhrelid = s.oid) as parted_by,
       (select i.inhparent::bigint from pg_inherits i where i.inhrelid = s.oid and s.relispartition) as partition_of,
       (select array_agg(a.attname::text order by p.place)
          from pg_index x
          cross join unnest(x.indkey::smallint[]) with ordinality p (number, place)
          join pg_attribute a on a.attrelid = x.indrelid and a.attnum = p.number
         where x.indrelid = s.oid and x.indisprimary) as primary_key,
       exists (select from pg_trigger t
                where t.tgrelid = s.oid and not t.tgisinternal and t.tgenabled in ('A', 'R'))
         or exists (select from pg_rewrite w
                     where w.ev_class = s.oid and w.ev_type <> '1' and w.ev_enabled in ('A', 'R')) as fires_anyway,
       coalesce(c.columns, '[]'), coalesce(k.keys, '[]'), coalesce(h.checks, '[]'), coalesce(p.policies, '[]'),
       coalesce(r.runs, '[]'),
       (select coalesce(jsonb_agg(jsonb_build_object('on', t.tgtype, 'says',
                 concat(f.prosrc, ' ', encode(t.tgargs, 'escape')))), '[]')
          from pg_trigger t
          join pg_proc f on f.oid = t.tgfoid
         where t.tgrelid = s.oid and not t.tgisinternal and t.tgenabled = 'O') as silenced
  from scope s
  left join columns c on c.oid = s.oid
  left join keys k on k.oid = s.oid
  left join checks h on h.oid = s.oid
  left join policies p on p.oid = s.oid
  left join runs r on r.oid = s.oid
 order by s.name collate "C"
