create table public.customers (id uuid primary key);
create type public.mood as enum ('glad');
alter table public.customers add column name text, add column email text;

create table public.orders (id uuid primary key, customer_id uuid, total numeric);
create index orders_customer on public.orders (customer_id);
create table public.orders (id uuid primary key);
create index orders_customer on public.orders (total);
create table public.orders_customer (id uuid primary key);
create view public.orders as select 1 as one;

alter table public.orders add constraint positive check (total > 0);
alter table public.orders add constraint positive check (total >= 0);
alter table public.orders add constraint orders_pkey primary key (id);

create policy "Owners read" on public.orders for select to authenticated using (true);
create policy "Owners read" on public.orders for update to authenticated using (true);

create function public.touch() returns trigger language plpgsql set search_path = '' as $$ begin return new; end $$;
create function public.touch() returns trigger language plpgsql set search_path = '' as $$ begin return null; end $$;
create trigger touch before update on public.orders for each row execute function public.touch();
create trigger touch before insert on public.orders for each row execute function public.touch();

create schema private;
create schema private;
create sequence public.numbers;
create sequence public.numbers;
