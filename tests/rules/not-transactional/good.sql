create table public.orders (id int);
alter table public.orders enable row level security;
create index orders_id on public.orders (id);
reindex table public.orders;
analyze public.orders;
alter type public.mood add value 'happy';
cluster public.orders using orders_id;
