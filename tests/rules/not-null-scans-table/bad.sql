alter table public.orders alter column email set not null;
alter table public.orders
    alter status set not null,
    alter "Shop" set not null;
