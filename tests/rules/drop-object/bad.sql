drop view public.totals;
drop materialized view if exists reports.daily;
drop function if exists public.total(uuid), public.tax(numeric, text);
drop type public.mood;
drop schema app cascade;
drop sequence public.numbers;
drop extension if exists postgis cascade;
drop publication supabase_realtime;
create publication other;
