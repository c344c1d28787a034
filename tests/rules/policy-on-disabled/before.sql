create table public.orders (id int primary key, customer_id uuid);
create table public.notes (id int primary key, author uuid);
