create table admins (
  user_id uuid primary key references auth.users (id) on delete cascade,
  added_at timestamptz not null default now(),
  added_by uuid references auth.users (id) on delete set null
);

alter table admins enable row level security;

create or replace function public.is_admin()
returns boolean
language sql
stable
security definer
as $$
  select exists (select 1 from public.admins where user_id = auth.uid());
$$;

create policy "admins see admins" on admins
  for select to authenticated using (is_admin());

create policy "admins manage products" on products
  for all to authenticated using (is_admin()) with check (is_admin());

create policy "admins manage categories" on categories
  for all to authenticated using (is_admin()) with check (is_admin());

create policy "admins see all orders" on orders
  for select to authenticated using (is_admin());

create policy "admins change orders" on orders
  for update to authenticated using (is_admin()) with check (is_admin());

create policy "admins see all order items" on order_items
  for select to authenticated using (is_admin());

create policy "admins read contact messages" on contact_messages
  for select to authenticated using (is_admin());
