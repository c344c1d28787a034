-- nobody knows what else is there
create index on public.elsewhere (anything);
alter table public.elsewhere add foreign key (a) references public.nowhere (id) on delete cascade;
create policy own on public.elsewhere for select to authenticated using ((select auth.uid()) = owner_id);

create table public.orders (id uuid primary key, "customerId" uuid, total numeric);
create index on public.orders ("customerId", lower(total::text));
alter table public.orders add column note text;
comment on column public.orders.note is 'What the customer said';
create policy own on public.orders for select to authenticated
    using (orders.id in (select order_id from public.shares where secret) and public.may_read(orders));
-- in one ALTER TABLE columns are added before their constraints
alter table public.orders add constraint placed check (placed_at is not null), add column placed_at timestamptz;
alter table public.orders rename column note to remark;
create index on public.orders (remark) where remark is not null and ctid is not null;

drop table if exists public.old_orders;
drop table if exists public.old_orders;
alter table if exists public.old_orders add column a int;
drop policy if exists own on public.old_orders;
create table public.old_orders (id uuid primary key, parent uuid references public.old_orders (id) on delete cascade);
create index on public.old_orders (parent);

-- columns that come from elsewhere
create table public.copies as select * from public.elsewhere;
create index on public.copies (anything);
create table public.likes (like public.elsewhere including all);
create index on public.likes (anything);
create table public.events (id uuid, at date, primary key (id, at)) partition by range (at);
create table public.events_2026 partition of public.events for values from ('2026-01-01') to ('2027-01-01');
create index on public.events_2026 (at);
create view public.v with (security_invoker = on) as select id as other from public.orders;
comment on column public.v.other is 'x';
select id into public.picked from public.orders;
create index on public.picked (id);
create type public.pair as (a int, b int);
alter type public.pair add attribute c int;

-- what ends with the session
create temporary table work (id int);
create index on work (id);
insert into work (id) values (1);
drop table work;

-- a block decides, or nobody can read it
do $$ begin
    if exists (select from public.customers where email is null) then
        drop table public.customers;
    end if;
end $$;
alter table public.customers add column age int;
do $$ begin execute 'alter table public.orders add column late int'; end $$;
create index on public.orders (late);
