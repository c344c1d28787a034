create table public.admin_users (id uuid primary key references auth.users (id) on delete cascade);
alter table public.admin_users enable row level security;
create table public.orders (id uuid primary key default gen_random_uuid());
alter table public.orders enable row level security;
grant select, insert, update, delete on table public.orders to authenticated;
