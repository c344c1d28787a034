-- Migration: phone verifications
-- Created: 2026-03-16
-- Purpose: customers will sign in with a code sent to their phone; this records which number was proven

-- ============================================
-- STEP 1: Create table
-- ============================================
create table public.phone_verifications (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references public.customers (id) on delete cascade,
  phone text not null,
  proven_by text not null default 'code' check (proven_by in ('code', 'shop')),
  verified_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- ============================================
-- STEP 2: Create indexes
-- ============================================
create index phone_verifications_customer_id_idx on public.phone_verifications (customer_id);

-- ============================================
-- STEP 3: Row level security and grants
-- ============================================
alter table public.phone_verifications enable row level security;

revoke all on table public.phone_verifications from anon, authenticated, service_role;
grant select on table public.phone_verifications to authenticated;
grant select, insert, update, delete on table public.phone_verifications to service_role;

-- Only the service role writes.
create policy phone_verifications_select on public.phone_verifications
  for select to authenticated
  using (customer_id = (select auth.uid()) or (select private.is_admin()));

-- ============================================
-- STEP 4: Triggers and comments
-- ============================================
create trigger phone_verifications_set_updated_at before update on public.phone_verifications
  for each row execute function private.set_updated_at();

comment on table public.phone_verifications is 'Which customer proved to hold which number, and when';
comment on column public.phone_verifications.proven_by is 'A code sent to the phone, or a paper shown in a shop';
comment on column public.phone_verifications.verified_at is 'Null until the code came back';
