-- Migration: partners see their branches
-- Created: 2026-03-09, mended 2026-03-18: who asks is looked up by a function, which no policy limits
-- Purpose: a head office follows how its branches are doing

-- ============================================
-- STEP 1: Add column
-- ============================================
alter table public.partners
  add column head_office_id uuid references public.partners (id) on delete set null;

create index partners_head_office_id_idx on public.partners (head_office_id);

comment on column public.partners.head_office_id is 'The partner that this one is a branch of';

-- ============================================
-- STEP 2: Helper function
-- ============================================
-- Runs as its owner: a policy on partners may call it without asking that policy again.
create function private.own_partner_id() returns uuid
  language sql stable security definer set search_path = ''
  as 'select id from public.partners where user_id = (select auth.uid())';
comment on function private.own_partner_id() is 'The partner that the caller is; null for everybody else';
revoke execute on function private.own_partner_id() from public;
grant execute on function private.own_partner_id() to authenticated, service_role;

-- ============================================
-- STEP 3: Change policy
-- ============================================
alter policy partners_select on public.partners
  using (
    user_id = (select auth.uid())
    or head_office_id = (select private.own_partner_id())
    or (select private.is_admin()));
