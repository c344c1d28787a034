alter table public.orders drop constraint orders_customer_fkey;
alter table public.orders add constraint orders_customer_fkey
    foreign key (customer) references public.customers on delete cascade not valid;
alter table public.customers drop constraint customers_age_check;
alter table public.somewhere drop constraint somewhere_pkey;
