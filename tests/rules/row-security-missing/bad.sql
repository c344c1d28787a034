create table public.orders (id int primary key);

-- switched on for another table
create table public.invoices (id int primary key);
alter table orders_old enable row level security;

create table notes (id int primary key, author uuid);
create policy own on notes for select to authenticated using (author = (select auth.uid()));

create table public.visits (seen_at date not null, page text, primary key (seen_at, page)) partition by range (seen_at);
alter table public.visits enable row level security;
create table public.visits_2026 partition of public.visits for values from ('2026-01-01') to ('2027-01-01');

create table public."Prices" (id int primary key);
alter table public."Prices" enable row level security;
alter table public."Prices" disable row level security;

create table private.later (id int primary key);
alter table private.later set schema public;

do $$ begin
    create table public.perhaps (id int primary key);
exception when duplicate_table then null;
end $$;

create table public.rates (id int primary key);
alter table public.rates enable row level security;
alter table public.rates rename to fees;
alter table public.fees disable row level security;
