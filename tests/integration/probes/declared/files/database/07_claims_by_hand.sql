begin;
select plan(5);

insert into auth.users (id, email, raw_user_meta_data) values
    ('a0000000-0000-4000-8000-000000000001', 'ann@example.com', '{"handle": "ann"}'),
    ('a0000000-0000-4000-8000-000000000002', 'ben@example.com', '{"handle": "ben"}');
insert into teams values ('b0000000-0000-4000-8000-000000000001', 'Red');
insert into members values ('b0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001');
insert into tasks (id, team, title) values (-1, 'b0000000-0000-4000-8000-000000000001', 'paint');

set local role authenticated;
set local "request.jwt.claims" to '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated"}';
select is((select array_agg(title) from tasks), array['paint'], 'a member sees the task');
with changed as (update tasks set title = 'sand' returning 1)
select is((select count(*) from changed), 0::bigint, 'and does not change it');

set local "request.jwt.claims" to '{"sub": "a0000000-0000-4000-8000-000000000001", "role": "authenticated", "app_metadata": {"level": "manager"}}';
with changed as (update tasks set title = 'sand' returning 1)
select is((select count(*) from changed), 1::bigint, 'a manager does');

set local request.jwt.claims to '{"sub": "a0000000-0000-4000-8000-000000000002", "role": "authenticated"}';
select is_empty($$select * from tasks$$, 'a stranger sees none');
reset role;
select row_eq('select handle from profiles where id = ''a0000000-0000-4000-8000-000000000002''', row('ben'::text), 'sign-up made a profile');

select * from finish();
rollback;
