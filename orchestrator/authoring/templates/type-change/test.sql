[% set successor = called(column, "new") %]
[% set keeps = called(table, "keep", successor) %]
-- Whether public.[[ table ]].[[ column ]] and its successor are kept equal
begin;
select plan(5);

select has_trigger('public', '[[ table ]]', '[[ keeps ]]', 'the trigger is there');

-- Both columns without the other rules of the table, so that no other value is needed.
create temporary table sample as
  select 0 as id, [[ column ]], [[ successor ]] from public.[[ table ]] with no data;
insert into sample (id, [[ column ]]) values (0, 1);
create trigger [[ keeps ]] before insert or update on pg_temp.sample
  for each row execute function public.[[ keeps ]]();

-- TODO: values of your types
update sample set id = 1;
select results_eq('select [[ successor ]] from sample', array[1::bigint], 'a row of before is filled by any update');
insert into sample (id, [[ column ]]) values (2, 2);
select is((select [[ successor ]] from sample where id = 2), 2::bigint, 'the old column leads where code writes it');
insert into sample (id, [[ successor ]]) values (3, 3);
select ok((select [[ column ]] = [[ successor ]] from sample where id = 3), 'so does the new one');
update sample set [[ successor ]] = 4 where id = 2;
select ok((select [[ column ]] = [[ successor ]] from sample where id = 2), 'also where both had a value');

select * from finish();
rollback;
