-- Columns that a policy compares with who asks, and that lead no index, in tables of more than a few rows.
-- Sub-selects are cut out of the expression, each leaving {SUBLINK}. pg_get_expr would wait for whoever has locked
-- the table, so the stored form is read: a sub-select ends with the last field of its query and its own place.
with policy as materialized (
  select p.oid, p.polname, p.polrelid, n.nspname, c.relname, p.polqual::text as tree
    from pg_policy p
    join pg_class c on c.oid = p.polrelid
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any (%(schemas)s::text[]) and c.reltuples >= 1000
     and not exists (select from pg_depend e
                      where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
),
piece as materialized (
  select p.oid, place, heads[1] as head, cardinality(heads) - 1 as begun,
         (place > 1 and cut.text ~ '^-?\d+\} :location ')::int as ended
    from policy p
   cross join unnest(string_to_array(p.tree, ':stmt_len ')) with ordinality cut (text, place)
   cross join lateral (select string_to_array(cut.text, '{SUBLINK ') offset 0) begins (heads)
),
depth as (
  select *, sum(begun - ended) over (partition by oid order by place) - begun as open
    from piece
),
outside as materialized (
  select oid, string_agg(head || case when begun > 0 then '{SUBLINK}' else '' end, '' order by place) as text
    from depth
   where open = 0
   group by oid
),
-- The two sides of each operator: one is a column of the table, the other has none.
side as materialized (
  select o.oid, split_part(part.text, ' ', 1)::oid as operator, sides[1] as first, sides[2] as second
    from outside o
   cross join unnest(string_to_array(o.text, '{OPEXPR :opno ')) with ordinality part (text, place)
   cross join lateral (select string_to_array(split_part(part.text, ':args (', 2), '} {') offset 0) both_of (sides)
   where place > 1
),
compared as (
  select distinct p.polname, p.polrelid, p.nspname, p.relname,
         split_part(split_part(column_side, ':varattno ', 2), ' ', 1)::int2 as attnum
    from side s
    join policy p on p.oid = s.oid
   cross join lateral (
     select case when s.first ~ '^\{(RELABELTYPE :arg \{)?VAR :varno 1 '
                  and s.second ~ '^(SUBLINK|COERCEVIAIO |FUNCEXPR [^{}]*:args <>)' then s.first
                 when s.second ~ '^(RELABELTYPE :arg \{)?VAR :varno 1 '
                  and s.first ~ '^\{(SUBLINK|FUNCEXPR [^{}]*:args <>)' then s.second
            end
   ) found (column_side)
   where column_side is not null
     and exists (select from pg_amop o where o.amopopr = s.operator and o.amopstrategy = 3 and o.amopmethod = 403)
)
select quote_ident(c.nspname) || '.' || quote_ident(c.relname) as object,
       format('policy %%s compares %%I with who asks, and no index begins with that column',
              string_agg(quote_ident(c.polname), ', ' order by c.polname), a.attname) as detail,
       format('create index on %%I.%%I (%%I);', c.nspname, c.relname, a.attname) as remedy,
       a.attname::text as key
  from compared c
  join pg_attribute a on a.attrelid = c.polrelid and a.attnum = c.attnum and not a.attisdropped
 where not exists (select from pg_index i
                    where i.indrelid = c.polrelid and i.indkey[0] = c.attnum and i.indisvalid and i.indpred is null)
 group by c.nspname, c.relname, a.attname
 order by 1, 4
