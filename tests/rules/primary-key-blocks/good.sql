create unique index if not exists orders_pkey on public.orders (id);
alter table public.orders add constraint orders_pkey primary key using index orders_pkey;
create table public.notes (id int);
alter table public.notes enable row level security;
alter table notes add primary key (id);
alter table public.visits add column id bigint generated always as identity primary key;
