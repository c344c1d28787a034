drop index public.consumer_orders_active_address_idx;
drop function private.address_key(text);
