create policy own on public.orders to authenticated using (customer_id = (select auth.uid()));
alter table public.orders enable row level security;
create policy elsewhere on public.unknown to authenticated using (id > 0);
create policy gone on public.notes to authenticated using (id > 0);
drop policy gone on public.notes;
