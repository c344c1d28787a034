create table if not exists public.customers (id uuid primary key);
drop type public.mood;
create type public.mood as enum ('glad');
alter table public.customers add column if not exists email text;
alter table public.customers drop column email;
alter table public.customers add column email text;

-- dropped, renamed or moved in between
create table public.orders (id uuid primary key, total numeric);
drop table public.orders cascade;
create table public.orders (id uuid primary key, total numeric);
create index orders_total on public.orders (total);
alter index public.orders_total rename to orders_by_total;
create index orders_total on public.orders (total desc);
alter table public.orders rename to purchases;
create table public.orders (id uuid primary key);
create schema archive;
alter table public.orders set schema archive;
create table public.orders (id uuid primary key, total numeric, note text);

alter table public.orders add constraint positive check (total > 0);
alter table public.orders drop constraint positive;
alter table public.orders add constraint positive check (total >= 0);
-- in one ALTER TABLE the drops are done first
alter table public.orders add constraint positive check (total > 1), drop constraint positive;
alter table public.orders add constraint short check (char_length(note) < 9);
alter table public.orders drop column note;
alter table public.orders add constraint short check (total < 9);

create policy "Owners read" on public.orders for select to authenticated using (true);
drop policy if exists "Owners read" on public.orders;
create policy "Owners read" on public.orders for select to authenticated using (true);
alter policy "Owners read" on public.orders rename to "Everybody reads";
create policy "Owners read" on public.orders for select to authenticated using (true);

-- triggers go along with their function
create function public.touch() returns trigger language plpgsql set search_path = '' as $$ begin return new; end $$;
create trigger touch before update on public.orders for each row execute function public.touch();
drop function public.touch() cascade;
create function public.touch() returns trigger language plpgsql set search_path = '' as $$ begin return new; end $$;
create trigger touch before update on public.orders for each row execute function public.touch();
create or replace trigger touch before update on public.orders for each row execute function public.touch();

-- another schema, other arguments, other quotes, another session
create function public.touch(id uuid) returns void language sql set search_path = '' as $$ select null $$;
create table archive.purchases (id uuid primary key);
create table public."Orders" (id uuid primary key);
create temporary table orders (id int);
create view public.v as select 1 as one;
create or replace view public.v as select 2 as one;

-- a block decides for itself
do $$ begin
    create type public.mood as enum ('glad');
exception when duplicate_object then null;
end $$;
do $$ begin
    if false then
        create table public.maybe (id int primary key);
    end if;
end $$;
create table public.maybe (id uuid primary key);

-- after this nobody knows what is there
do $$ begin execute 'drop table public.purchases'; end $$;
create table public.purchases (id uuid primary key);
