create table public.log (line text); -- bascule: allow primary-key-missing because it is a log
-- bascule: allow policy-user-metadata in this file because the claims come from our own issuer
alter table public.log enable row level security;
create policy p on public.log for select to authenticated using ((select auth.jwt()) ->> 'user_metadata' = 'x');
