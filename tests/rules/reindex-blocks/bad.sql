reindex index public.orders_customer;
reindex (verbose) table public.orders;
reindex index somebody_elses;
