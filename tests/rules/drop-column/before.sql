create table public.orders (id int primary key, note text, total numeric);
