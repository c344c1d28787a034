drop table public.customer_services;
