begin;
create extension if not exists pgtap with schema extensions;
select plan(14);

select has_table('public', 'notes', 'notes is there');
select has_column('public', 'notes', 'owner', 'a note has an owner');
select hasnt_column('public', 'notes', 'secret', 'and no secret');
select col_is_pk('public', 'notes', 'id', 'id is the key');
select col_not_null('public', 'notes', 'title', 'a title is needed');
select col_type_is('public', 'notes', 'created_at', 'timestamp with time zone', 'a moment');
select has_index('public', 'notes', 'notes_owner', 'owners are looked up');
select has_function('public', 'is_member', array['uuid'], 'the helper of policies');
select function_returns('public', 'is_member', array['uuid'], 'boolean');
select has_trigger('auth', 'users', 'new_person', 'sign-up makes a profile');
select has_role('authenticated');
select fk_ok('public', 'tasks', 'team', 'public', 'teams', 'id');
select policies_are('public', 'notes', array['own notes']);
select tests.rls_enabled('public');

select * from finish();
rollback;
