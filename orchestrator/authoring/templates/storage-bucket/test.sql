[% import "shared/identities.sql" as identities %]
-- Who may do what with files in the bucket [[ bucket ]]
begin;
select plan(12);

select results_eq(
  $$ select public from storage.buckets where id = '[[ bucket ]]' $$, array[false], 'the bucket is private');

[[ identities.users() ]]
-- The storage service asks for leave to delete rows; here the policies alone decide.
set local storage.allow_delete_query = 'true';

-- The owner
[[ identities.becomes("owner") ]]
select lives_ok(
  $$ insert into storage.objects (bucket_id, name)
     values ('[[ bucket ]]', current_setting('test.owner') || '/file.pdf') $$,
  'the owner puts a file into the own folder');
select throws_ok(
  $$ insert into storage.objects (bucket_id, name) values ('[[ bucket ]]', 'file.pdf') $$,
  '42501', null, 'nobody puts a file beside the folders');
select results_eq(
  $$ select count(*) from storage.objects where bucket_id = '[[ bucket ]]' $$,
  array[1::bigint], 'the owner sees the own file');

select isnt_empty(
  $$ update storage.objects set name = current_setting('test.owner') || '/renamed.pdf'
      where bucket_id = '[[ bucket ]]' returning 1 $$,
  'the owner renames the own file');
select throws_ok(
  $$ update storage.objects set name = current_setting('test.other') || '/file.pdf' $$,
  '42501', null, 'the owner puts it into nobody else''s folder');

-- Another user
[[ identities.becomes("other") ]]
select is_empty(
  $$ select 1 from storage.objects where bucket_id = '[[ bucket ]]' $$, 'another user sees none');
select throws_ok(
  $$ insert into storage.objects (bucket_id, name)
     values ('[[ bucket ]]', current_setting('test.owner') || '/other.pdf') $$,
  '42501', null, 'another user puts nothing into the owner''s folder');
-- An UPDATE or DELETE that reads no column is held by its own policy alone.
select lives_ok('update storage.objects set updated_at = now()', 'another user changes none');
select lives_ok('delete from storage.objects', 'another user''s DELETE is no error');

-- Nobody is signed in
[[ identities.becomes_anon() ]]
select is_empty(
  $$ select 1 from storage.objects where bucket_id = '[[ bucket ]]' $$, 'anon sees none');

-- The owner again
[[ identities.becomes("owner") ]]
select isnt_empty(
  $$ delete from storage.objects where bucket_id = '[[ bucket ]]' returning 1 $$,
  'nobody has deleted the file, and the owner does');

reset role;
select * from finish();
rollback;
