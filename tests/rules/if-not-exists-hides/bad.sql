create table if not exists public.orders (id uuid primary key, customer_id uuid, status text);
create table if not exists public.orders (id uuid primary key, total numeric(10, 2));
create table if not exists public.orders (id uuid primary key, total int4);
alter table public.orders add column if not exists total text, add column if not exists note text;
create index if not exists orders_total on public.orders (note);
create unique index if not exists orders_total on public.orders (total);

create table public.visits (id bigserial primary key, at timestamptz);
create table if not exists public.visits (id bigint primary key, page text);
create index if not exists orders_total on public.visits (at);
