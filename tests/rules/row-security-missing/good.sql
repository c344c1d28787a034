create table public.orders (id int primary key);
create table if not exists public."Prices" (id int primary key);
alter table public.orders enable row level security, force row level security;
alter table "Prices" enable row level security;

-- not shown by the API
create schema private;
create table private.jobs (id int primary key);
create temporary table work (id int);

-- gone before anybody could ask
create table public.scratch (id int primary key);
drop table public.scratch;

-- moved out of sight, or renamed with its switch
create table public.settings (id int primary key);
alter table public.settings set schema private;
create table public.drafts (id int primary key);
alter table public.drafts rename to documents;
alter table public.documents enable row level security;

create table public.visits (seen_at date primary key) partition by range (seen_at);
create table public.visits_2026 partition of public.visits for values from ('2026-01-01') to ('2027-01-01');
alter table public.visits enable row level security;
alter table public.visits_2026 enable row level security;

set search_path = private, public;
create table hidden (id int primary key);
