-- Migration: business quotes and KYC sessions
-- Created: 2026-03-02
-- Purpose: a quote becomes a contract only after its requester was identified

-- ============================================
-- STEP 1: Create tables
-- ============================================
create table public.business_quotes (
  id uuid primary key default gen_random_uuid(),
  quote_number text not null unique,
  requested_by uuid references auth.users (id) on delete set null,
  company_name text not null,
  contact_email text not null,
  status text not null default 'draft'
    check (status in ('draft', 'sent', 'accepted', 'declined', 'expired')),
  monthly_total numeric(12, 2) not null default 0 check (monthly_total >= 0),
  valid_until date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.kyc_sessions (
  id uuid primary key default gen_random_uuid(),
  quote_id uuid not null references public.business_quotes (id) on delete cascade,
  session_id text not null unique,
  status text not null default 'pending'
    check (status in ('pending', 'in_progress', 'completed', 'failed')),
  extracted_data jsonb,
  risk_score integer check (risk_score between 0 and 100),
  verified_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- ============================================
-- STEP 2: Create indexes
-- ============================================
create index business_quotes_requested_by_idx on public.business_quotes (requested_by);
create index business_quotes_open_idx on public.business_quotes (valid_until)
  where status in ('draft', 'sent');
create index kyc_sessions_quote_id_idx on public.kyc_sessions (quote_id);

-- ============================================
-- STEP 3: Row level security and grants
-- ============================================
alter table public.business_quotes enable row level security;
alter table public.kyc_sessions enable row level security;

revoke all on table public.business_quotes, public.kyc_sessions from anon, authenticated, service_role;
grant select, insert, update, delete on table public.business_quotes, public.kyc_sessions
  to authenticated, service_role;

create policy business_quotes_select on public.business_quotes
  for select to authenticated
  using (requested_by = (select auth.uid()) or (select private.is_admin()));

create policy business_quotes_insert on public.business_quotes
  for insert to authenticated
  with check ((requested_by = (select auth.uid()) and status = 'draft') or (select private.is_admin()));

create policy business_quotes_update on public.business_quotes
  for update to authenticated
  using ((select private.is_admin()))
  with check ((select private.is_admin()));

create policy business_quotes_delete on public.business_quotes
  for delete to authenticated
  using ((select private.is_admin()));

-- The sub-query stands under the policies of business_quotes, which never look back here.
create policy kyc_sessions_select on public.kyc_sessions
  for select to authenticated
  using (
    quote_id in (select id from public.business_quotes where requested_by = (select auth.uid()))
    or (select private.is_admin()));

create policy kyc_sessions_insert on public.kyc_sessions
  for insert to authenticated
  with check ((select private.is_admin()));

create policy kyc_sessions_update on public.kyc_sessions
  for update to authenticated
  using ((select private.is_admin()))
  with check ((select private.is_admin()));

create policy kyc_sessions_delete on public.kyc_sessions
  for delete to authenticated
  using ((select private.is_admin()));

-- ============================================
-- STEP 4: Triggers and comments
-- ============================================
create trigger business_quotes_set_updated_at before update on public.business_quotes
  for each row execute function private.set_updated_at();
create trigger kyc_sessions_set_updated_at before update on public.kyc_sessions
  for each row execute function private.set_updated_at();

comment on table public.business_quotes is 'Quotes for companies';
comment on table public.kyc_sessions is 'Identity checks of the people who ask for a quote; written by the service role';
comment on column public.kyc_sessions.session_id is 'The identity provider''s own id of the session';
comment on column public.kyc_sessions.extracted_data is 'What the provider read from the documents; personal data';
comment on column public.kyc_sessions.risk_score is '0 (none) to 100';
