create table public.customers (id uuid primary key default gen_random_uuid());
alter table public.customers enable row level security;
insert into public.customers default values;
