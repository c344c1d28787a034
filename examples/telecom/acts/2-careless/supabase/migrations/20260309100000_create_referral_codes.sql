-- Migration: referral codes
-- Created: 2026-03-09
-- Purpose: customers bring customers; the shop redeems their codes
-- (Wrong on purpose: row level security is forgotten, so whoever is signed in reads and changes every row.)

create table public.referral_codes (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references public.customers (id) on delete cascade,
  code text not null unique,
  redeemed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index referral_codes_customer_id_idx on public.referral_codes (customer_id);

revoke all on table public.referral_codes from anon, authenticated, service_role;
grant select, insert, update, delete on table public.referral_codes to authenticated, service_role;

create trigger referral_codes_set_updated_at before update on public.referral_codes
  for each row execute function private.set_updated_at();

comment on table public.referral_codes is 'Codes that customers hand to friends';
comment on column public.referral_codes.redeemed_at is 'Null until a friend became a customer with it';
