-- What public.[[ table ]].[[ column ]] holds
begin;
select plan(3);

select has_column('public', '[[ table ]]', '[[ column ]]', 'the column is there');
select is(
  (select column_default::text from information_schema.columns
    where table_schema = 'public' and table_name = '[[ table ]]' and column_name = '[[ column ]]'),
  '''unknown''::text', 'rows from now on have the default');
select ok(
  (select relrowsecurity from pg_catalog.pg_class where oid = 'public.[[ table ]]'::regclass),
  'row level security of the table is on');
-- TODO: who sees the column, and who changes it

select * from finish();
rollback;
