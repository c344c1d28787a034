create table public.old_orders (id uuid primary key);
create table public.customers (id uuid primary key, email text);
