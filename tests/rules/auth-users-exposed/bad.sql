create view public.people as select id, email from auth.users;

create view public.names as select email from public.people;

create materialized view public.sign_ups as select date(created_at), count(*) from auth.users group by 1;

create view public.me as select email from auth.users where id = auth.uid();
grant select on auth.users to authenticated, anon;
grant select on all tables in schema auth to authenticated;
