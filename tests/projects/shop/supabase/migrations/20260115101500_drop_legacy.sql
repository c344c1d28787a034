-- Nobody reads these since the new storefront went live in November.
alter table public.products drop column if exists image_url;
drop index if exists public.orders_status_idx;

alter table public.products rename column is_active to is_listed;

create index orders_open_idx on public.orders (created_at)
  where status in ('new', 'paid', 'packed');
