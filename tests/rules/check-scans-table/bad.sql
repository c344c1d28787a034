alter table public.orders add constraint orders_total_check check (total >= 0);
alter table public.orders
    add check (status in ('new', 'paid')),
    add constraint orders_email_not_null not null email;
alter table public.orders add column pages int constraint pages_counted check (pages > 0) unique;
