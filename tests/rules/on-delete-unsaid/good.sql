create table public.orders (
    id uuid primary key,
    customer_id uuid not null references public.customers (id) on delete cascade,
    owner_id uuid references auth.users on update cascade on delete set null,
    parent_id uuid references public.orders (id) on delete restrict,
    product_id uuid default gen_random_uuid() references public.products on delete set default,
    price_id uuid,
    constraint of_price foreign key (price_id) references public.prices (id) on delete no action
);
alter table public.orders add column agent_id uuid references public.agents (id) ON  DELETE
    NO /* they stay */ ACTION;
alter table public.orders add constraint price check (price_id is not null) not valid;
create temporary table work (id uuid);
