create view private.people as select id, email from auth.users;
create view public.users with (security_invoker = on) as select id from auth.users;
create materialized view public.sign_ups as select count(*) from auth.users;
revoke all on public.sign_ups from anon, authenticated;
create table public.users_of_ours (id uuid primary key references auth.users (id) on delete cascade);
alter table public.users_of_ours enable row level security;
create view public.old as select id from auth.users;
drop view public.old;
