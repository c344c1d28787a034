-- Migration: one line per address
-- Created: 2026-03-17
-- Purpose: nobody orders a line where one is active already
-- (Wrong on purpose: people who live in flats share a street address, which only the rows of the live system know.)

-- ============================================
-- STEP 1: What makes two spellings one address
-- ============================================
create function private.address_key(address text) returns text
  language sql immutable set search_path = ''
  as $$ select lower(regexp_replace(btrim(address), '\s+', ' ', 'g')) $$;
comment on function private.address_key(text) is 'An address without what people spell in different ways';
revoke execute on function private.address_key(text) from public;
grant execute on function private.address_key(text) to authenticated, service_role;

-- ============================================
-- STEP 2: An address has one active line
-- ============================================
create unique index consumer_orders_one_line_per_address_idx
  on public.consumer_orders (private.address_key(installation_address))
  where status = 'active';

comment on index public.consumer_orders_one_line_per_address_idx is 'No second line where one is active';
