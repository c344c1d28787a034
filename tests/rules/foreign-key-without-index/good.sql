create table public.profiles (user_id uuid primary key references auth.users (id) on delete cascade);

create table public.orders (
    id uuid primary key,
    customer_id uuid not null references public.customers (id) on delete cascade,
    agent_id uuid unique references public.agents (id) on delete set null,
    parent_id uuid references public.orders (id) on delete set null,
    product_id uuid,
    price_id uuid,
    foreign key (product_id, price_id) references public.prices (product_id, id) on delete cascade
);
create index on public.orders (customer_id, id);
create index orders_parent on public.orders (parent_id) where parent_id is not null;
create index on public.orders (price_id, product_id);

create table public.memberships (
    user_id uuid references auth.users (id) on delete cascade,
    team_id uuid references public.teams (id) on delete cascade,
    primary key (user_id, team_id)
);
create index on public.memberships (team_id);

-- gone again
alter table public.orders add column old_id uuid references public.olds (id) on delete cascade;
alter table public.orders drop column old_id;
-- nobody knows its indexes
alter table public.elsewhere add foreign key (a) references public.orders (id) on delete cascade;
