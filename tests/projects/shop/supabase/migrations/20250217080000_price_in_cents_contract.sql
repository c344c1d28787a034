alter table public.products validate constraint products_price_cents_set;
alter table public.order_items validate constraint order_items_price_cents_set;
alter table public.products alter column price_cents set not null;
alter table public.order_items alter column price_cents set not null;
alter table public.products drop constraint products_price_cents_set;
alter table public.order_items drop constraint order_items_price_cents_set;

drop trigger keep_cents on public.products;
drop trigger keep_cents on public.order_items;
drop trigger keep_cents on public.orders;
drop function public.keep_cents();

drop view if exists public.customer_sales;

alter table public.products drop column price;
alter table public.order_items drop column price;
alter table public.orders drop column total;
