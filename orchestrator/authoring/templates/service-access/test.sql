-- What the server's own code may do with public.[[ table ]]
begin;
select plan(4);

-- TODO: a value for each column that must have one
set local role service_role;
select lives_ok('insert into public.[[ table ]] default values', 'service_role adds a row');
select isnt_empty('select 1 from public.[[ table ]]', 'service_role sees every row');
select isnt_empty('delete from public.[[ table ]] returning 1', 'service_role deletes rows');

-- Nobody is signed in
set local role anon;
select throws_ok('insert into public.[[ table ]] default values', '42501', null, 'anon adds none');

reset role;
select * from finish();
rollback;
