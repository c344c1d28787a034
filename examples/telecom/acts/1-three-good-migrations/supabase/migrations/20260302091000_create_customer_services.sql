-- Migration: customer services
-- Created: 2026-03-02
-- Purpose: the life of a service, from order to cancellation

-- ============================================
-- STEP 1: Create table
-- ============================================
create table public.customer_services (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null,
  service_package_id uuid not null,
  consumer_order_id uuid,
  account_number text not null unique check (account_number ~ '^CT-[0-9]{4}-[0-9]{5}$'),
  status text not null default 'pending'
    check (status in ('pending', 'active', 'suspended', 'cancelled')),
  activation_date date,
  suspension_date date,
  cancellation_date date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint customer_services_active_since check (status <> 'active' or activation_date is not null),
  constraint customer_services_suspended_since check (status <> 'suspended' or suspension_date is not null),
  constraint customer_services_cancelled_since check (status <> 'cancelled' or cancellation_date is not null)
);

-- ============================================
-- STEP 2: Create indexes
-- ============================================
create index customer_services_customer_id_idx on public.customer_services (customer_id);
create index customer_services_service_package_id_idx on public.customer_services (service_package_id);
create index customer_services_consumer_order_id_idx on public.customer_services (consumer_order_id);
create index customer_services_running_idx on public.customer_services (status)
  where status in ('active', 'suspended');

-- ============================================
-- STEP 3: Add foreign keys
-- ============================================
alter table public.customer_services
  add constraint customer_services_customer_id_fkey
    foreign key (customer_id) references public.customers (id) on delete cascade,
  add constraint customer_services_service_package_id_fkey
    foreign key (service_package_id) references public.service_packages (id) on delete restrict,
  add constraint customer_services_consumer_order_id_fkey
    foreign key (consumer_order_id) references public.consumer_orders (id) on delete set null;

-- ============================================
-- STEP 4: Row level security and grants
-- ============================================
alter table public.customer_services enable row level security;

revoke all on table public.customer_services from anon, authenticated, service_role;
grant select, insert, update, delete on table public.customer_services to authenticated, service_role;

create policy customer_services_select on public.customer_services
  for select to authenticated
  using (customer_id = (select auth.uid()) or (select private.is_admin()));

-- A service begins and ends in the back office.
create policy customer_services_insert on public.customer_services
  for insert to authenticated
  with check ((select private.is_admin()));

create policy customer_services_update on public.customer_services
  for update to authenticated
  using ((select private.is_admin()))
  with check ((select private.is_admin()));

create policy customer_services_delete on public.customer_services
  for delete to authenticated
  using ((select private.is_admin()));

-- ============================================
-- STEP 5: Triggers and comments
-- ============================================
create trigger customer_services_set_updated_at before update on public.customer_services
  for each row execute function private.set_updated_at();

comment on table public.customer_services is 'What a customer subscribes to, with its lifecycle';
comment on column public.customer_services.account_number is 'CT-YYYY-NNNNN, printed on every invoice';
comment on column public.customer_services.consumer_order_id is 'The order that started it; unknown for services taken over';
