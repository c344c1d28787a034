alter table public.orders
  add constraint orders_total_cents_positive check (total_cents >= 0) not valid;
alter table public.order_items
  add constraint order_items_quantity_positive check (quantity > 0) not valid;
alter table public.returns
  add constraint returns_refund_positive check (refunded >= 0) not valid;
