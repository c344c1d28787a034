create table public.visits (
    seen_at timestamptz not null
);

create table public.orders (id int);
alter table public.orders rename to purchases;
