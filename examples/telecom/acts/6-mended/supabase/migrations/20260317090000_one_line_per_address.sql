-- Migration: lines by address
-- Created: 2026-03-17, mended 2026-03-18: flats share an address, so nothing is forbidden; whoever takes an order looks
-- Purpose: nobody orders a line by mistake where one is active already

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
-- STEP 2: The active lines at an address are found at once
-- ============================================
create index consumer_orders_active_address_idx
  on public.consumer_orders (private.address_key(installation_address))
  where status = 'active';

comment on index public.consumer_orders_active_address_idx is 'Is there a line at this address already?';
