drop index public.consumer_orders_one_line_per_address_idx;
drop function private.address_key(text);
