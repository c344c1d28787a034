-- How much each table and materialized view holds; a partitioned one what its partitions hold together. All
-- from statistics, and from what survey_measured.sql found where there are none. Of what nothing at all is
-- known there is no row: 0 would call a big table small.
--
-- Of the two counts of rows the larger is believed: those of the cumulative statistics begin anew after a crash,
-- those of pg_class stay behind a load until the next ANALYZE.
with recursive relation as materialized (
  select c.oid, c.relkind, n.nspname, c.relname, c.relpages, c.reltuples, c.reltoastrelid,
         coalesce(pg_stat_get_live_tuples(c.oid), 0) as live
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'm')
     and n.nspname not like 'pg\_%%' and n.nspname <> 'information_schema'
     and not exists (select from pg_depend e
                      where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
),
measured as materialized (
  select * from unnest(%(relations)s::oid[], %(bytes)s::bigint[]) m (oid, bytes)
),
page as materialized (select current_setting('block_size')::bigint as bytes),
-- The width of a row as PostgreSQL's planner guesses it without statistics: 28 bytes of header and pointer, 32
-- for what has no fixed length.
row_of as (
  select r.oid, r.relkind, r.live, r.reltuples, w.width,
         case when r.relkind = 'p' then 0
              when m.bytes is not null then m.bytes
              when r.reltuples > 0 then r.relpages * page.bytes * greatest(1, r.live / r.reltuples)
              when r.reltuples = 0 then greatest(r.relpages * page.bytes, r.live * w.width)
              when r.live > 0 then r.live * w.width
         end as bytes,
         coalesce(tm.bytes, t.relpages * page.bytes, 0) as toast_bytes
    from relation r
   cross join page
   cross join lateral (select 28 + coalesce(sum(case when y.typlen > 0 then y.typlen else 32 end), 0) as width
                         from pg_attribute a join pg_type y on y.oid = a.atttypid
                        where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped) w
    left join measured m on m.oid = r.oid
    left join pg_class t on t.oid = r.reltoastrelid
    left join measured tm on tm.oid = t.oid
),
estimate as (
  select oid, bytes + toast_bytes as bytes,
         case when relkind = 'p' then 0
              when reltuples >= 0 or live > 0 then greatest(live, reltuples)
              else bytes / width end as rows
    from row_of
),
counted (counts_for, oid) as (
  select oid, oid from relation
  union all
  select p.oid, c.oid
    from counted c
    join pg_inherits i on i.inhrelid = c.counts_for
    join relation p on p.oid = i.inhparent and p.relkind = 'p'
)
select r.nspname::text, r.relname::text, sum(e.rows)::bigint, sum(e.bytes)::bigint
  from counted c
  join relation r on r.oid = c.counts_for
  join estimate e on e.oid = c.oid
 group by r.oid, r.nspname, r.relname
having bool_and(e.bytes is not null)
