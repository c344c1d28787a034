drop table public.consumer_orders;
drop type public.order_status;
