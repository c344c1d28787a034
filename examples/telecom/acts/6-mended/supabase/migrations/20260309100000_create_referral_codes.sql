-- Migration: referral codes
-- Created: 2026-03-09, mended 2026-03-18: row level security, and who may do what
-- Purpose: customers bring customers; the shop redeems their codes

-- ============================================
-- STEP 1: Create table
-- ============================================
create table public.referral_codes (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references public.customers (id) on delete cascade,
  code text not null unique,
  redeemed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- ============================================
-- STEP 2: Create indexes
-- ============================================
create index referral_codes_customer_id_idx on public.referral_codes (customer_id);

-- ============================================
-- STEP 3: Row level security and grants
-- ============================================
alter table public.referral_codes enable row level security;

revoke all on table public.referral_codes from anon, authenticated, service_role;
grant select, insert, update, delete on table public.referral_codes to authenticated, service_role;

create policy referral_codes_select on public.referral_codes
  for select to authenticated
  using (customer_id = (select auth.uid()) or (select private.is_admin()));

create policy referral_codes_insert on public.referral_codes
  for insert to authenticated
  with check ((customer_id = (select auth.uid()) and redeemed_at is null) or (select private.is_admin()));

-- Codes are redeemed in the shop.
create policy referral_codes_update on public.referral_codes
  for update to authenticated
  using ((select private.is_admin()))
  with check ((select private.is_admin()));

create policy referral_codes_delete on public.referral_codes
  for delete to authenticated
  using ((select private.is_admin()));

-- ============================================
-- STEP 4: Triggers and comments
-- ============================================
create trigger referral_codes_set_updated_at before update on public.referral_codes
  for each row execute function private.set_updated_at();

comment on table public.referral_codes is 'Codes that customers hand to friends';
comment on column public.referral_codes.redeemed_at is 'Null until a friend became a customer with it';
