-- Migration: consumer orders
-- Created: 2025-11-24
-- Purpose: what a customer ordered, from the first click to the installation

-- ============================================
-- STEP 1: Create type and table
-- ============================================
create type public.order_status as enum
  ('pending', 'payment', 'kyc', 'installation', 'active', 'cancelled');

create table public.consumer_orders (
  id uuid primary key default gen_random_uuid(),
  order_number text not null unique,
  customer_id uuid not null,
  service_package_id uuid not null,
  status public.order_status not null default 'pending',
  installation_address text not null,
  total_amount numeric(10, 2) not null check (total_amount >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- ============================================
-- STEP 2: Create indexes
-- ============================================
create index consumer_orders_customer_id_idx on public.consumer_orders (customer_id);
create index consumer_orders_service_package_id_idx on public.consumer_orders (service_package_id);

-- ============================================
-- STEP 3: Add foreign keys
-- ============================================
-- An order is a business record: whoever it names cannot be deleted while it stands.
alter table public.consumer_orders
  add constraint consumer_orders_customer_id_fkey
    foreign key (customer_id) references public.customers (id) on delete restrict,
  add constraint consumer_orders_service_package_id_fkey
    foreign key (service_package_id) references public.service_packages (id) on delete restrict;

-- ============================================
-- STEP 4: Row level security and grants
-- ============================================
alter table public.consumer_orders enable row level security;

revoke all on table public.consumer_orders from anon, authenticated, service_role;
grant select, insert, update, delete on table public.consumer_orders to authenticated, service_role;

create policy consumer_orders_select on public.consumer_orders
  for select to authenticated
  using (customer_id = (select auth.uid()) or (select private.is_admin()));

create policy consumer_orders_insert on public.consumer_orders
  for insert to authenticated
  with check ((customer_id = (select auth.uid()) and status = 'pending') or (select private.is_admin()));

-- Status and price change in the back office only.
create policy consumer_orders_update on public.consumer_orders
  for update to authenticated
  using ((select private.is_admin()))
  with check ((select private.is_admin()));

create policy consumer_orders_delete on public.consumer_orders
  for delete to authenticated
  using ((select private.is_admin()));

-- ============================================
-- STEP 5: Triggers and comments
-- ============================================
create trigger consumer_orders_set_updated_at before update on public.consumer_orders
  for each row execute function private.set_updated_at();

comment on type public.order_status is 'The steps of an order, in their order';
comment on table public.consumer_orders is 'Orders of private customers';
comment on column public.consumer_orders.order_number is 'What customers quote on the telephone';
