-- What must be unique: one row for each index that lets no two rows be alike, with the columns that decide it,
-- those of an expression among them. Where no two nulls may be either, a null counts as a value.
select x.indrelid::bigint,
       (select array_agg(distinct a.attname::text)
          from (select k.number
                  from unnest(x.indkey::smallint[]) with ordinality k (number, place)
                 where k.place <= x.indnkeyatts and k.number > 0
                union
                select d.refobjsubid
                  from pg_depend d
                 where x.indexprs is not null and d.classid = 'pg_class'::regclass and d.objid = x.indexrelid
                   and d.refclassid = 'pg_class'::regclass and d.refobjid = x.indrelid and d.refobjsubid > 0
               ) part (number)
          join pg_attribute a on a.attrelid = x.indrelid and a.attnum = part.number) as columns,
       x.indnullsnotdistinct
  from pg_index x
  join pg_class c on c.oid = x.indrelid
  join pg_namespace n on n.oid = c.relnamespace
 where (x.indisunique or x.indisexclusion)
   and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
