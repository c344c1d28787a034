create table public.orders (id uuid);
alter table public.orders add primary key (id);
alter table public.orders enable row level security;
create table public.orders_2026 partition of public.orders for values in ('x');
alter table public.orders_2026 enable row level security;
create temporary table work (a int);
create view public.v with (security_invoker = on) as select id from public.orders;
