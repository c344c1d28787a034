-- Migration: referral codes
-- Created: 2026-03-09
-- Purpose: customers bring customers; the landing page redeems their codes
-- (Wrong on purpose: row level security is forgotten, so every visitor reads and changes every row.)

create table public.referral_codes (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references public.customers (id) on delete cascade,
  code text not null unique,
  redeemed_by text,
  redeemed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index referral_codes_customer_id_idx on public.referral_codes (customer_id);

grant select, insert, update on table public.referral_codes to anon, authenticated;
grant select, insert, update, delete on table public.referral_codes to service_role;

create trigger referral_codes_set_updated_at before update on public.referral_codes
  for each row execute function private.set_updated_at();

comment on table public.referral_codes is 'Codes that customers hand to friends';
