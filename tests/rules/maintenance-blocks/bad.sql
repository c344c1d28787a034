cluster public.orders using orders_pkey;
refresh materialized view public.daily_sales;
alter table public.orders set unlogged;
lock table public.orders, only public.customers in share row exclusive mode;
lock public.orders;
