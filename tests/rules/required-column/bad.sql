alter table public.orders add column status text not null;
alter table public.orders
    add column if not exists number int primary key,
    add column shop uuid not null references public.shops on delete cascade;
