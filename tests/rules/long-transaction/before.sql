create table public.orders (id int primary key, total numeric);
create table public.customers (id int primary key, name text);
create table public.visits (id int primary key, page text);
