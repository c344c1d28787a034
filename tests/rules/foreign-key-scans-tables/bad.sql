alter table public.orders
    add constraint orders_customer_fkey foreign key (customer_id) references public.customers (id) on delete cascade;
alter table public.orders add foreign key (shop, seller)
    references public.sellers (shop, number) on delete restrict;
alter table public.orders add column kind int not null default 1
    constraint orders_kind references public.kinds on delete restrict;
