create table public.orders (id int primary key, customer int);
create index orders_customer on public.orders (customer);
