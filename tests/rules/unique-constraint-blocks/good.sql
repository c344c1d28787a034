create unique index if not exists orders_number_key on public.orders (number);
alter table public.orders add constraint orders_number_key unique using index orders_number_key;
create table public.notes (id int primary key, slug text unique);
alter table public.notes enable row level security;
alter table notes add unique (slug, id), add column number int unique;
