create table public.orders (id uuid primary key default gen_random_uuid());
insert into public.orders default values;
