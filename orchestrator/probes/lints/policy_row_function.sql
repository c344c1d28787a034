-- Functions that ask who is calling, called for each row: outside a sub-select nothing keeps the answer.
-- Sub-selects are cut out of the expression, each leaving {SUBLINK}. pg_get_expr would wait for whoever has locked
-- the table, so the stored form is read: a sub-select ends with the last field of its query and its own place.
with policy as materialized (
  select p.oid, p.polname, p.polrelid, n.nspname, c.relname, p.polqual::text as tree
    from pg_policy p
    join pg_class c on c.oid = p.polrelid
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any (%(schemas)s::text[])
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
called as (
  select distinct o.oid, hit[1]::oid as function
    from outside o
   cross join unnest(string_to_array(o.text, '{FUNCEXPR :funcid ')) with ordinality part (text, place)
   cross join regexp_match(part.text, '^(\d+) [^{}]*:args (?:<>|\(\{CONST [^{}]*\}(?: \{CONST [^{}]*\})*\))') found (hit)
   where place > 1 and hit is not null
)
select quote_ident(p.nspname) || '.' || quote_ident(p.relname) as object,
       format('%%s is called for each row by policy %%s',
              string_agg(distinct name.of, ' and '), string_agg(distinct quote_ident(p.polname), ', ')) as detail,
       format('write there %%s: once for each statement',
              string_agg(distinct format('(select %%s)', name.of), ' and ')) as remedy,
       string_agg(distinct quote_ident(p.polname), ', ') as key
  from called c
  join policy p on p.oid = c.oid
  join pg_proc f on f.oid = c.function
  join pg_namespace s on s.oid = f.pronamespace
 cross join lateral (
   select case when s.nspname = 'pg_catalog' then f.proname || '(…)'
               else format('%%I.%%I(%%s)', s.nspname, f.proname, case when f.pronargs > 0 then '…' end)
          end
 ) name (of)
 where f.provolatile <> 'i' and (s.nspname <> 'pg_catalog' or f.proname = 'current_setting')
 group by p.polrelid, p.nspname, p.relname
 order by 1
