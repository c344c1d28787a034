alter table public.orders validate constraint orders_total_cents_positive;
alter table public.order_items validate constraint order_items_quantity_positive;
alter table public.returns validate constraint returns_refund_positive;
