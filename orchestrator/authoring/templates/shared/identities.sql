[% macro users() %]
-- Two users; their ids are new every time.
select set_config('test.owner', gen_random_uuid()::text, true);
select set_config('test.other', gen_random_uuid()::text, true);
insert into auth.users (id, aud, role)
select current_setting(one)::uuid, 'authenticated', 'authenticated'
  from unnest(array['test.owner', 'test.other']) as one;
[% endmacro %]
[% macro becomes(who) %]
set local role authenticated;
select set_config(
  'request.jwt.claims',
  json_build_object('sub', current_setting('test.[[ who ]]'), 'role', 'authenticated')::text, true);
[% endmacro %]
[% macro becomes_anon() %]
set local role anon;
select set_config('request.jwt.claims', '{"role": "anon"}', true);
[% endmacro %]
