create table public.orders (id int primary key, email text, status text, "Shop" text);
