begin;
select * from no_plan();
prepare wanted as select 2;  -- the same name as in another file
select results_eq('wanted', array[2]);
select bag_eq('select unnest(array[1, 1, 2])', 'values (2), (1), (1)');
select matches('Bascule'::text, '^B', 'begins with a B');
select isnt(1, 2, 'they differ');
select cmp_ok(3, '>', 2, 'is more');
select isnt_empty('select 1', 'something');
select finish();
rollback;
