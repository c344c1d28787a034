alter table public.orders drop constraint orders_customer_fkey;
alter table public.customers drop constraint if exists customers_email_key, drop constraint customers_pkey cascade;
