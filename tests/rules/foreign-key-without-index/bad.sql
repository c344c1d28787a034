create table public.orders (
    id uuid primary key,
    customer_id uuid not null references public.customers (id) on delete cascade,
    status text,
    product_id uuid,
    price_id uuid,
    foreign key (product_id, price_id) references public.prices (product_id, id) on delete cascade
);
-- begins with another column; leaves rows out; only one of two
create index on public.orders (status, customer_id);
create index on public.orders (customer_id) where status = 'open';
create index on public.orders (product_id, status);

alter table public.orders add column agent_id uuid references public.agents (id) on delete set null;

alter table public.orders rename to purchases;
alter table public.purchases
    add constraint of_owner foreign key ("ownerId") references auth.users (id) on delete cascade;

create table public.memberships (
    user_id uuid references auth.users (id) on delete cascade,
    team_id uuid references public.teams (id) on delete cascade,
    primary key (user_id, team_id)
);
