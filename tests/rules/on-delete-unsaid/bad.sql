create table public.orders (
    id uuid primary key,
    customer_id uuid not null references public.customers (id),
    owner_id uuid references auth.users,
    parent_id uuid references public.orders (id) on update cascade,
    product_id uuid,
    price_id uuid,
    constraint of_price foreign key (product_id, price_id) references public.prices (product_id, id)
);
alter table public.orders add column agent_id uuid references public.agents (id), add column note text;
alter table only public.orders
    add constraint of_product foreign key (product_id) references public.products (id),
    add foreign key (price_id) references public.prices (id) on update no action not valid;
