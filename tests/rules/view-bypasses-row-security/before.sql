create table public.orders (id int primary key, customer_id uuid, total numeric);
alter table public.orders enable row level security;
create view public.all_orders with (security_invoker = on) as select * from public.orders;
