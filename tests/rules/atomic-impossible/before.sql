create table public.orders (id bigint primary key, customer bigint);
