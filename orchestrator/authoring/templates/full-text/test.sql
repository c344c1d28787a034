[% set index = called(table, column, "search_idx") %]
-- Whether full-text search in public.[[ table ]] has its index
begin;
select plan(2);

select ok(
  (select indisvalid from pg_catalog.pg_index where indexrelid = 'public.[[ index ]]'::regclass),
  'the index is there and complete');

-- The query that your code asks, planned as if the table were large
set local enable_seqscan = off;
create temporary table planned (line text) on commit drop;
do $$
declare
  found text;
begin
  for found in execute
    $query$ explain select 1 from public.[[ table ]]
             where to_tsvector('english', coalesce([[ column ]], '')) @@ websearch_to_tsquery('english', 'word') $query$
  loop
    insert into planned values (found);
  end loop;
end $$;
select ok(exists (select from planned where line like '%[[ index ]]%'), 'the query uses it');

select * from finish();
rollback;
