-- Migration: service packages
-- Created: 2025-11-10
-- Purpose: what is for sale; the price list is public

-- ============================================
-- STEP 1: Create table
-- ============================================
create table public.service_packages (
  id uuid primary key default gen_random_uuid(),
  code text not null unique,
  name text not null,
  technology text not null check (technology in ('fibre', 'wireless', '5g', 'lte')),
  download_mbps integer not null check (download_mbps > 0),
  upload_mbps integer not null check (upload_mbps > 0),
  monthly_price numeric(10, 2) not null check (monthly_price >= 0),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- ============================================
-- STEP 2: Create indexes
-- ============================================
create index service_packages_on_sale_idx on public.service_packages (technology, monthly_price)
  where is_active;

-- ============================================
-- STEP 3: Row level security and grants
-- ============================================
alter table public.service_packages enable row level security;

revoke all on table public.service_packages from anon, authenticated, service_role;
grant select on table public.service_packages to anon;
grant select, insert, update, delete on table public.service_packages to authenticated, service_role;

create policy service_packages_select_as_visitor on public.service_packages
  for select to anon
  using (is_active);

create policy service_packages_select on public.service_packages
  for select to authenticated
  using (is_active or (select private.is_admin()));

create policy service_packages_insert on public.service_packages
  for insert to authenticated
  with check ((select private.is_admin()));

create policy service_packages_update on public.service_packages
  for update to authenticated
  using ((select private.is_admin()))
  with check ((select private.is_admin()));

create policy service_packages_delete on public.service_packages
  for delete to authenticated
  using ((select private.is_admin()));

-- ============================================
-- STEP 4: Triggers and comments
-- ============================================
create trigger service_packages_set_updated_at before update on public.service_packages
  for each row execute function private.set_updated_at();

comment on table public.service_packages is 'Products; visitors without an account read those on sale';
comment on column public.service_packages.monthly_price is 'In the currency of the operator, tax included';
comment on column public.service_packages.is_active is 'On sale; a withdrawn product stays for its subscribers';
