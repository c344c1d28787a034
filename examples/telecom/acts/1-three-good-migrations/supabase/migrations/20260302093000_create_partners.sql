-- Migration: partners and their compliance documents
-- Created: 2026-03-02
-- Purpose: resellers hand in their papers through the partner portal

-- ============================================
-- STEP 1: Create tables
-- ============================================
create table public.partners (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null unique references auth.users (id) on delete cascade,
  business_name text not null,
  registration_number text not null unique,
  status text not null default 'pending'
    check (status in ('pending', 'under_review', 'approved', 'rejected', 'suspended')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table public.partner_compliance_documents (
  id uuid primary key default gen_random_uuid(),
  partner_id uuid not null references public.partners (id) on delete cascade,
  document_category text not null check (document_category in (
    'identity', 'proof_of_address', 'company_registration', 'memorandum', 'directors', 'shareholders',
    'resolution_to_sign', 'tax_clearance', 'vat_registration', 'bank_confirmation', 'bee_certificate',
    'licence', 'other')),
  document_url text not null,
  document_number text,
  verification_status text not null default 'pending'
    check (verification_status in ('pending', 'approved', 'rejected')),
  is_required boolean not null default false,
  is_sensitive boolean not null default false,
  expiry_date date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- ============================================
-- STEP 2: Create indexes
-- ============================================
create index partner_compliance_documents_partner_id_idx
  on public.partner_compliance_documents (partner_id, document_category);
create index partner_compliance_documents_verification_status_idx
  on public.partner_compliance_documents (verification_status, created_at);
create index partner_compliance_documents_expiry_date_idx
  on public.partner_compliance_documents (expiry_date) where expiry_date is not null;

-- ============================================
-- STEP 3: Row level security and grants
-- ============================================
alter table public.partners enable row level security;
alter table public.partner_compliance_documents enable row level security;

revoke all on table public.partners, public.partner_compliance_documents
  from anon, authenticated, service_role;
grant select, insert, update, delete on table public.partners, public.partner_compliance_documents
  to authenticated, service_role;

create policy partners_select on public.partners
  for select to authenticated
  using (user_id = (select auth.uid()) or (select private.is_admin()));

create policy partners_insert on public.partners
  for insert to authenticated
  with check ((user_id = (select auth.uid()) and status = 'pending') or (select private.is_admin()));

create policy partners_update on public.partners
  for update to authenticated
  using ((select private.is_admin()))
  with check ((select private.is_admin()));

create policy partners_delete on public.partners
  for delete to authenticated
  using ((select private.is_admin()));

create policy partner_compliance_documents_select on public.partner_compliance_documents
  for select to authenticated
  using (
    partner_id in (select id from public.partners where user_id = (select auth.uid()))
    or (select private.is_admin()));

create policy partner_compliance_documents_insert on public.partner_compliance_documents
  for insert to authenticated
  with check (
    (verification_status = 'pending'
      and partner_id in (select id from public.partners where user_id = (select auth.uid())))
    or (select private.is_admin()));

-- Whether a document is in order is decided in the back office.
create policy partner_compliance_documents_update on public.partner_compliance_documents
  for update to authenticated
  using ((select private.is_admin()))
  with check ((select private.is_admin()));

-- A document may be taken back until somebody has looked at it.
create policy partner_compliance_documents_delete on public.partner_compliance_documents
  for delete to authenticated
  using (
    (verification_status = 'pending'
      and partner_id in (select id from public.partners where user_id = (select auth.uid())))
    or (select private.is_admin()));

-- ============================================
-- STEP 4: Triggers and comments
-- ============================================
create trigger partners_set_updated_at before update on public.partners
  for each row execute function private.set_updated_at();
create trigger partner_compliance_documents_set_updated_at before update on public.partner_compliance_documents
  for each row execute function private.set_updated_at();

comment on table public.partners is 'Resellers; one sign-in account each';
comment on table public.partner_compliance_documents is 'Papers that the law asks of a reseller';
comment on column public.partner_compliance_documents.document_category is 'One of thirteen kinds of paper';
comment on column public.partner_compliance_documents.is_sensitive is 'Holds personal data: shown to the back office only on request';
