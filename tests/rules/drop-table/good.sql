create table public.scratch (id int primary key);
drop table public.scratch;

create temporary table numbers as select 1 as n;
drop table numbers;

-- makes room, in a file that may run twice
drop table if exists public.plans;
create table public.plans (id int primary key);
alter table public.plans enable row level security;

drop table if exists public.gone;
drop policy if exists "Own" on public.orders;
