alter table public.customers drop constraint customers_phone_key;
