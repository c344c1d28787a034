begin;
select plan(8);

select tests.create_supabase_user('alice', 'alice@example.com');
select tests.create_supabase_user('bob');

select tests.authenticate_as('alice');
select lives_ok(
    $$ insert into notes (owner, title) values (tests.get_supabase_uid('alice'), 'milk; eggs') $$,
    'Alice writes a note'
);
select throws_ok(
    $$ insert into notes (owner, title) values (tests.get_supabase_uid('bob'), 'from Alice') $$,
    '42501',
    'new row violates row-level security policy for table "notes"',
    'and none for Bob'
);
select results_eq('select title from notes', array['milk; eggs'], 'she sees it');

select tests.authenticate_as('bob');
select is_empty('select * from notes', 'Bob sees nothing of it');
with gone as (delete from notes returning 1)
select is((select count(*) from gone), 0::bigint, 'and deletes nothing');

select tests.clear_authentication();
select is((select count(*)::int from notes), 0, 'nobody sees anything');
select throws_like('insert into notes (title) values (''x'')', '%row-level security%', 'or writes anything');

reset role;
select set_eq('select title from notes', array['milk; eggs'], 'it is still there');

select * from finish();
rollback;
