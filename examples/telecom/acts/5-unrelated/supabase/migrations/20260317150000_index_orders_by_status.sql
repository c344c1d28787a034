-- Migration: orders by status
-- Created: 2026-03-17
-- Purpose: the work list of the installers reads open orders, oldest first

create index consumer_orders_open_idx on public.consumer_orders (status, created_at)
  where status not in ('active', 'cancelled');

comment on index public.consumer_orders_open_idx is 'The installers'' work list';
