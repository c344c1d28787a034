drop table public.service_packages;
