[% set index = called(table, column, "search_idx") %]
[% include "shared/head.sql" %]

-- ============================================
-- STEP 1: Create index
-- ============================================
-- Over an expression: a generated column of type tsvector would rewrite the table while nobody reads or writes.
-- The index alone locks out writers, not readers, while it is built: some seconds for a million short texts. Too
-- long? Write CREATE INDEX CONCURRENTLY into a migration of its own, with nothing else in it.
-- TODO: the language; 'simple' where texts are of several, or are names. Take the next line out where it is untrue.
-- bascule: allow index-blocks-writes because the table is small, or its writers can wait
create index [[ index ]] on public.[[ table ]]
  using gin (to_tsvector('english', coalesce([[ column ]], '')));

-- ============================================
-- STEP 2: Comments
-- ============================================
-- Only a query with the very same expression uses the index:
--   select * from public.[[ table ]]
--    where to_tsvector('english', coalesce([[ column ]], '')) @@ websearch_to_tsquery('english', 'what people typed');
comment on index public.[[ index ]] is
  'For to_tsvector(''english'', coalesce([[ column ]], '''')) @@ websearch_to_tsquery(''english'', …)';
