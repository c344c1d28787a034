create table public.orders (id uuid primary key, total integer, note text);
create index orders_total on public.orders (total);
