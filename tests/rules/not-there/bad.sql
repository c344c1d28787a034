create table public.orders (id uuid primary key, customer_id uuid, total numeric);
create index on public.orders (custmer_id);
create index on public.orders (lower(note));
comment on column public.orders.note is 'What the customer said';
alter table public.orders drop column note, alter column totl set not null;
alter table public.orders add constraint positive check (amount > 0);
create policy own on public.orders for select to authenticated using ((select auth.uid()) = owner_id);
alter policy owners on public.orders using (true);
drop trigger touch on public.orders;
insert into public.orders (id, note) values (gen_random_uuid(), 'x');

alter table public.orders rename to purchases;
alter table public.orders enable row level security;
create table public.lines (
    id uuid primary key,
    order_id uuid references public.orders (id) on delete cascade,
    customer_id uuid references public.customers (number) on delete cascade,
    unique (id, line)
);

drop table public.old_orders;
create trigger touch before update on public.old_orders for each row execute function public.touch();
grant select on public.old_orders to authenticated;
drop table public.old_orders;
create view public.all_orders with (security_invoker = on) as select id from public.old_orders;
update public.customers set mail = null where email = '';

create table if not exists public.supposed (id uuid primary key);
create index on public.supposed (note);
