create materialized view public.revenue as select sum(total) from public.orders;
revoke all on public.revenue from anon, authenticated;

create foreign table public.rates (day date, rate numeric) server bank;
revoke select on table public.rates from anon, authenticated;

create materialized view private.visits as select count(*) from public.pages;
create materialized view public.moved as select 1 as one;
alter materialized view public.moved set schema private;
create view public.open_orders with (security_invoker = on) as select 1 as one;
