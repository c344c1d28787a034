create table public.orders (id int primary key, customer_id uuid);
alter table public.orders enable row level security;
create policy own on public.orders to authenticated using (customer_id = (select auth.uid()));

create table public.notes (id int primary key, author uuid);
alter table public.notes enable row level security;
create policy a on public.notes for select to authenticated using (author = (select auth.uid()));
create policy b on public.notes for insert to authenticated with check (author = (select auth.uid()));
create policy c on public.notes for update to authenticated using (author = (select auth.uid()));
create policy d on public.notes for delete to authenticated using (author = (select auth.uid()));

-- asked through its parent
create table public.visits (seen_at date primary key, who uuid) partition by range (seen_at);
alter table public.visits enable row level security;
create policy own on public.visits to authenticated using (who = (select auth.uid()));
create table public.visits_2026 partition of public.visits for values from ('2026-01-01') to ('2027-01-01');
alter table public.visits_2026 enable row level security;

-- bascule: allow policy-missing because only the billing service writes invoices
create table public.invoices (id int primary key);
alter table public.invoices enable row level security;

-- policies that are made up while it runs
create table public.tags (id int primary key);
alter table public.tags enable row level security;
do $$ begin
    execute format('create policy own on public.%I to authenticated using (id > 0)', 'tags');
end $$;
