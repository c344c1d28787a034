drop view if exists public.totals;
create view public.totals with (security_invoker = on) as select 1 as total, 2 as lines;

drop function public.total;
create function public.total(o uuid, at date) returns numeric language sql set search_path = '' as 'select 1.0';

drop publication if exists supabase_realtime;
create publication supabase_realtime;

create function public.once() returns void language sql as 'select 1';
drop function public.once();
create domain public.code as text;
drop domain public.code;
drop function public.touch();
drop policy "Own" on public.orders;
drop index if exists public.orders_note;
