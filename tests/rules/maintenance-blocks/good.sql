refresh materialized view concurrently public.daily_sales;
create materialized view public.totals as select 1 as n with no data;
refresh materialized view public.totals;
lock table public.orders in row exclusive mode;
create table public.notes (id int primary key);
alter table public.notes enable row level security;
lock table notes;
alter table public.notes owner to postgres;
