create index orders_customer on public.orders (customer_id);
create table if not exists public.notes (id int primary key);
