[% import "shared/identities.sql" as identities %]
-- Who may do what with public.[[ table ]]
begin;
select plan(12);

[[ identities.users() ]]
-- TODO: a value for each of your columns that must have one, here and below
insert into public.[[ table ]] (user_id) values (current_setting('test.owner')::uuid);

-- The owner
[[ identities.becomes("owner") ]]
select results_eq('select count(*) from public.[[ table ]]', array[1::bigint], 'the owner sees the own row');
select lives_ok('insert into public.[[ table ]] (user_id) values ((select auth.uid()))', 'the owner adds a row');
select results_eq(
  $$ with changed as (update public.[[ table ]] set updated_at = '-infinity' returning updated_at)
     select count(*) from changed where updated_at > '-infinity' $$,
  array[2::bigint], 'the owner changes own rows, and updated_at keeps true');
select throws_ok(
  $$ update public.[[ table ]] set user_id = current_setting('test.other')::uuid $$,
  '42501', null, 'the owner gives no row away');
select throws_ok('truncate public.[[ table ]]', '42501', null, 'nobody empties the table');

-- Another user
[[ identities.becomes("other") ]]
select is_empty('select 1 from public.[[ table ]]', 'another user sees none');
-- An UPDATE or DELETE that reads no column is held by its own policy alone.
select is_empty(
  'update public.[[ table ]] set user_id = (select auth.uid()) returning 1', 'another user takes none');
select is_empty('delete from public.[[ table ]] returning 1', 'another user deletes none');
select throws_ok(
  $$ insert into public.[[ table ]] (user_id) values (current_setting('test.owner')::uuid) $$,
  '42501', null, 'another user adds none in the owner''s name');

-- Nobody is signed in
[[ identities.becomes_anon() ]]
select throws_ok('select 1 from public.[[ table ]]', '42501', null, 'anon does not see the table');

-- The owner again
[[ identities.becomes("owner") ]]
select results_eq(
  'with gone as (delete from public.[[ table ]] returning 1) select count(*) from gone',
  array[2::bigint], 'the owner deletes own rows');

-- The server's own code
set local role service_role;
select lives_ok(
  $$ insert into public.[[ table ]] (user_id) values (current_setting('test.other')::uuid) $$,
  'service_role adds rows for anybody');

reset role;
select * from finish();
rollback;
