alter table public.orders add constraint orders_number_key unique (shop_id, number);
alter table public.orders add unique nulls not distinct (code), add column slug text unique;
