create type public.order_status as enum ('open', 'paid');
create table public.orders (id int primary key, status public.order_status, note text);
create table public.texts (id int primary key, status text);
