alter table public.orders disable trigger orders_updated_at;
alter table public.orders disable trigger "orders_Audit", enable trigger orders_other;
alter table public.visits disable trigger all;
update public.visits set page = lower(page) where page <> lower(page);
alter table public.visits enable trigger user;
