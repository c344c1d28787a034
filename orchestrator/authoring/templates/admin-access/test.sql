[% import "shared/identities.sql" as identities %]
-- What admins may do with public.[[ table ]]
begin;
select plan(10);

select ok(
  (select relrowsecurity from pg_catalog.pg_class where oid = 'public.[[ table ]]'::regclass),
  'row level security is on: without it no policy counts');

[[ identities.users() ]]
-- TODO: a value for each column that must have one
insert into public.admin_users (id) values (current_setting('test.owner')::uuid);
insert into public.[[ table ]] default values;

-- An admin
[[ identities.becomes("owner") ]]
select isnt_empty('select 1 from public.[[ table ]]', 'an admin sees every row');
select lives_ok('insert into public.[[ table ]] default values', 'an admin adds rows');
select isnt_empty('update public.[[ table ]] set id = gen_random_uuid() returning 1', 'an admin changes rows');

-- Another user. TODO: one who owns a row sees that, where a policy says so
[[ identities.becomes("other") ]]
select is_empty('select 1 from public.[[ table ]]', 'another user sees none');
select throws_ok('insert into public.[[ table ]] default values', '42501', null, 'another user adds none');
-- An UPDATE or DELETE that reads no column is held by its own policy alone.
select is_empty('update public.[[ table ]] set id = gen_random_uuid() returning 1', 'another user changes none');
select is_empty('delete from public.[[ table ]] returning 1', 'another user deletes none');

-- Nobody is signed in
[[ identities.becomes_anon() ]]
select throws_ok('select private.is_admin()', '42501', null, 'anon asks for no admin');

-- The admin again
[[ identities.becomes("owner") ]]
select isnt_empty('delete from public.[[ table ]] returning 1', 'an admin deletes rows');

reset role;
select * from finish();
rollback;
