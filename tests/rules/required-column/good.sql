alter table public.orders add column status text not null default 'new';
alter table public.orders add column id bigint generated always as identity primary key;
alter table public.orders add column number bigserial not null;
alter table public.orders add column gross numeric not null generated always as (net * 1.2) stored;
alter table public.orders add column note text;
create table public.notes (id int primary key);
alter table public.notes enable row level security;
alter table notes add column body text not null;
