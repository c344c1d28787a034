alter table public.orders add constraint orders_total_check check (total >= 0) not valid;
alter table public.orders validate constraint orders_total_check;

alter table orders
    add constraint orders_customer_fkey foreign key (customer) references public.customers not valid;
alter table public.orders validate constraint orders_customer_fkey;
