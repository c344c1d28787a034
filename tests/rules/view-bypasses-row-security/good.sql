create view public.open_orders with (security_invoker = true) as select id, total from public.orders;
create view public.totals as select count(*) from public.open_orders;
create view public.later as select * from public.orders;
alter view public.later set (security_invoker = on);

-- not shown, not granted, or over what has no rows of anybody
create view private.all_of_them as select * from public.orders;
create view public.for_the_service as select * from public.orders;
revoke all on public.for_the_service from anon, authenticated;
create table public.countries (code text primary key);
create view public.country_codes as select code from public.countries;
create view public.schemas as select schema_name from information_schema.schemata;
create temporary view mine as select * from public.orders;
alter table public.countries set schema private;
drop view public.country_codes;
with orders as (select 1 as one) select one from orders;
create view public.shadowed as with orders as (select 1 as one) select one from orders;
