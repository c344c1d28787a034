[% import "shared/identities.sql" as identities %]
-- What partners may do with public.[[ table ]]
begin;
select plan(11);

select ok(
  (select relrowsecurity from pg_catalog.pg_class where oid = 'public.[[ table ]]'::regclass),
  'row level security is on: without it no policy counts');

[[ identities.users() ]]
-- TODO: a value for each column that must have one, here and below
with one as (insert into public.partners (user_id) values (current_setting('test.owner')::uuid) returning id)
select set_config('test.partner', id::text, true) from one;
insert into public.[[ table ]] (partner_id) values (current_setting('test.partner')::uuid);

-- Who acts for the partner
[[ identities.becomes("owner") ]]
select isnt_empty('select 1 from public.[[ table ]]', 'a partner sees the own rows');
select lives_ok(
  $$ insert into public.[[ table ]] (partner_id) values (current_setting('test.partner')::uuid) $$,
  'a partner adds a row');
select isnt_empty('update public.[[ table ]] set partner_id = partner_id returning 1', 'a partner changes own rows');
select throws_ok(
  'update public.[[ table ]] set partner_id = gen_random_uuid()', '42501', null, 'a partner gives no row away');

-- Another user
[[ identities.becomes("other") ]]
select is_empty('select 1 from public.[[ table ]]', 'another user sees none');
-- An UPDATE or DELETE that reads no column is held by its own policy alone.
select is_empty(
  $$ update public.[[ table ]] set partner_id = current_setting('test.partner')::uuid returning 1 $$,
  'another user changes none');
select is_empty('delete from public.[[ table ]] returning 1', 'another user deletes none');
select throws_ok(
  $$ insert into public.[[ table ]] (partner_id) values (current_setting('test.partner')::uuid) $$,
  '42501', null, 'another user adds none in the partner''s name');

-- Nobody is signed in
[[ identities.becomes_anon() ]]
select throws_ok('select private.own_partner_ids()', '42501', null, 'anon asks for nobody''s partners');

-- Who acts for the partner, again
[[ identities.becomes("owner") ]]
select isnt_empty('delete from public.[[ table ]] returning 1', 'a partner deletes own rows');

reset role;
select * from finish();
rollback;
