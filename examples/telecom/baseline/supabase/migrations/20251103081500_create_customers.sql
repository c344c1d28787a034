-- Migration: customers
-- Created: 2025-11-03
-- Purpose: the people who buy; each owns exactly one row

-- ============================================
-- STEP 1: Create table
-- ============================================
create table public.customers (
  id uuid primary key references auth.users (id) on delete cascade,
  first_name text not null,
  last_name text not null,
  email text not null unique,
  phone text check (phone ~ '^\+[0-9]{8,15}$'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- ============================================
-- STEP 2: Create indexes
-- ============================================
create index customers_last_name_idx on public.customers (last_name, first_name);

-- ============================================
-- STEP 3: Row level security and grants
-- ============================================
alter table public.customers enable row level security;

revoke all on table public.customers from anon, authenticated, service_role;
grant select, insert, update, delete on table public.customers to authenticated, service_role;

create policy customers_select on public.customers
  for select to authenticated
  using (id = (select auth.uid()) or (select private.is_admin()));

create policy customers_insert on public.customers
  for insert to authenticated
  with check (id = (select auth.uid()) or (select private.is_admin()));

create policy customers_update on public.customers
  for update to authenticated
  using (id = (select auth.uid()) or (select private.is_admin()))
  with check (id = (select auth.uid()) or (select private.is_admin()));

-- Customers do not delete themselves: closing an account is a request to the back office.
create policy customers_delete on public.customers
  for delete to authenticated
  using ((select private.is_admin()));

-- ============================================
-- STEP 4: Triggers and comments
-- ============================================
create trigger customers_set_updated_at before update on public.customers
  for each row execute function private.set_updated_at();

comment on table public.customers is 'Customer accounts';
comment on column public.customers.id is 'The customer''s sign-in account';
comment on column public.customers.phone is 'International form: a plus sign and digits; unknown for some';
