create table public.orders (id uuid primary key default gen_random_uuid());
alter table public.orders enable row level security;
