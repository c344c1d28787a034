[% set left_id = called(left | singular, "id") %]
[% set right_id = called(right | singular, "id") %]
[% import "shared/identities.sql" as identities %]
-- Who may link public.[[ left ]] and public.[[ right ]]
begin;
select plan(10);

[[ identities.users() ]]
-- TODO: a value for each column that must have one. The right row is the owner's, too, where it has an owner.
with one as (insert into public.[[ left ]] (user_id) values (current_setting('test.owner')::uuid) returning id)
select set_config('test.left', id::text, true) from one;
with one as (insert into public.[[ right ]] default values returning id)
select set_config('test.right', id::text, true) from one;

-- The owner
[[ identities.becomes("owner") ]]
select lives_ok(
  $$ insert into public.[[ table ]] ([[ left_id ]], [[ right_id ]])
     values (current_setting('test.left')::uuid, current_setting('test.right')::uuid) $$,
  'the owner adds a link');
select results_eq('select count(*) from public.[[ table ]]', array[1::bigint], 'the owner sees the link');
select results_eq(
  $$ with changed as (update public.[[ table ]] set updated_at = '-infinity' returning updated_at)
     select count(*) from changed where updated_at > '-infinity' $$,
  array[1::bigint], 'the owner changes the link, and updated_at keeps true');
select throws_ok(
  'update public.[[ table ]] set [[ left_id ]] = gen_random_uuid()',
  '42501', null, 'the owner gives no link away');

-- Another user
[[ identities.becomes("other") ]]
select is_empty('select 1 from public.[[ table ]]', 'another user sees none');
-- An UPDATE or DELETE that reads no column is held by its own policy alone.
select is_empty('update public.[[ table ]] set updated_at = now() returning 1', 'another user changes none');
select is_empty('delete from public.[[ table ]] returning 1', 'another user deletes none');
select throws_ok(
  $$ insert into public.[[ table ]] ([[ left_id ]], [[ right_id ]])
     values (current_setting('test.left')::uuid, current_setting('test.right')::uuid) $$,
  '42501', null, 'another user links nothing of the owner''s');

-- Nobody is signed in
[[ identities.becomes_anon() ]]
select throws_ok('select 1 from public.[[ table ]]', '42501', null, 'anon does not see the table');

-- The owner again
[[ identities.becomes("owner") ]]
select results_eq(
  'with gone as (delete from public.[[ table ]] returning 1) select count(*) from gone',
  array[1::bigint], 'the owner deletes the link');

reset role;
select * from finish();
rollback;
