drop index public.consumer_orders_open_idx;
