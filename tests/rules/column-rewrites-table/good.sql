alter table public.orders add column created_at timestamptz not null default now();
alter table public.orders add column gross numeric generated always as (net * 1.2) virtual;
alter table public.orders add column token uuid;
alter table public.orders alter column token set default gen_random_uuid();
create table public.notes (id bigserial primary key);
alter table public.notes enable row level security;
alter table notes add column token uuid default gen_random_uuid();
