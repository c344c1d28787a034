create table public.products (id uuid primary key default gen_random_uuid(), name text);
insert into public.products (name) values ('Fibre and wireless'), (null);
