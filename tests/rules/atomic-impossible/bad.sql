create index concurrently orders_by_customer on public.orders (customer);
