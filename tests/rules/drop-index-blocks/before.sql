create table public.orders (id int primary key, customer int, status text);
create index orders_customer on public.orders (customer);
create index orders_status on public.orders (status);
