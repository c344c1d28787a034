[% set type = called(table | singular, column) %]
-- What public.[[ table ]].[[ column ]] takes
begin;
select plan(4);

select has_column('public', '[[ table ]]', '[[ column ]]', 'the column is there');
select results_eq(
  'select label::text from unnest(enum_range(null::public.[[ type ]])) as label',
  array['pending', 'active', 'cancelled'], 'these values, in this order');
select throws_ok($$ select 'nonsense'::public.[[ type ]] $$, '22P02', null, 'no other value');
select is_empty(
  'select 1 from public.[[ table ]] where [[ column ]] is null', 'rows of before have a value');
-- TODO: who may change it

select * from finish();
rollback;
