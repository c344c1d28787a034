-- Whether updated_at of public.[[ table ]] is kept true
begin;
select plan(3);

select has_column('public', '[[ table ]]', 'updated_at', 'the column is there');
select has_trigger('public', '[[ table ]]', '[[ called(table, "set_updated_at") ]]', 'the trigger is there');

-- The column without the other rules of the table, so that no other value is needed.
create temporary table sample as select updated_at from public.[[ table ]] with no data;
insert into sample values ('-infinity');
create trigger sample_set_updated_at before update on pg_temp.sample
  for each row execute function [[ set_updated_at ]]();
update sample set updated_at = updated_at;
select ok((select updated_at = now() from sample), 'an update says when it was');

select * from finish();
rollback;
