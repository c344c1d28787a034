-- Migration: admin users
-- Created: 2025-11-03
-- Purpose: who works in the back office, and the two helper functions that later migrations share

-- ============================================
-- STEP 1: A schema that the API does not expose
-- ============================================
create schema if not exists private;
comment on schema private is 'Helpers for policies and triggers; never exposed by the API';
grant usage on schema private to authenticated, service_role;

-- ============================================
-- STEP 2: Create table
-- ============================================
create table public.admin_users (
  id uuid primary key references auth.users (id) on delete cascade,
  email text not null unique,
  full_name text not null,
  role text not null default 'support' check (role in ('support', 'sales', 'finance', 'owner')),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- ============================================
-- STEP 3: Helper functions
-- ============================================
-- Runs as its owner: a policy on admin_users may call it without asking that policy again.
create function private.is_admin() returns boolean
  language sql stable security definer set search_path = ''
  as 'select exists (select from public.admin_users where id = (select auth.uid()) and is_active)';
comment on function private.is_admin() is 'Whether the caller is an active member of the back office';
revoke execute on function private.is_admin() from public;
grant execute on function private.is_admin() to authenticated, service_role;

create function private.set_updated_at() returns trigger
  language plpgsql set search_path = ''
  as $$
begin
  new.updated_at = now();
  return new;
end;
$$;
comment on function private.set_updated_at() is 'Keeps updated_at true';
revoke execute on function private.set_updated_at() from public;

-- ============================================
-- STEP 4: Row level security and grants
-- ============================================
alter table public.admin_users enable row level security;

-- The service role passes row level security by itself: it needs the grant, not a policy.
revoke all on table public.admin_users from anon, authenticated, service_role;
grant select on table public.admin_users to authenticated;
grant select, insert, update, delete on table public.admin_users to service_role;

create policy admin_users_select on public.admin_users
  for select to authenticated
  using (id = (select auth.uid()) or (select private.is_admin()));

-- ============================================
-- STEP 5: Triggers and comments
-- ============================================
create trigger admin_users_set_updated_at before update on public.admin_users
  for each row execute function private.set_updated_at();

comment on table public.admin_users is 'Members of the back office; written by the service role only';
comment on column public.admin_users.id is 'The member''s sign-in account';
comment on column public.admin_users.is_active is 'False as soon as somebody leaves; the row stays for the record';
