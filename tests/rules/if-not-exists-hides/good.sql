create table if not exists public.customers (id uuid primary key);
alter table public.orders add column if not exists customer_id uuid;
create index if not exists orders_customer on public.orders (customer_id);

create table if not exists public.visits (id uuid primary key, at timestamptz);
drop table public.visits;
create table if not exists public.visits (id uuid primary key, at timestamptz, page text);

create temporary table if not exists orders (id int);
create table if not exists archive.orders (id uuid primary key, customer_id uuid);
-- of these nobody knows the columns
create table public.copies as select * from public.elsewhere;
create table if not exists public.copies (id uuid primary key);
do $$ begin
    create table if not exists public.orders (id uuid primary key, status text);
end $$;
