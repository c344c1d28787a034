create table public.customers (
  id uuid primary key default gen_random_uuid(),
  updated_at timestamptz not null default now()
);
