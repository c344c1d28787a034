-- Prices become whole cents. First both columns side by side; the numeric one goes with a later release.
alter table public.products add column price_cents bigint;
alter table public.order_items add column price_cents bigint;
alter table public.orders add column total_cents bigint;

create or replace function public.keep_cents() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_table_name = 'orders' then
    new.total_cents := coalesce(round(new.total * 100)::bigint, new.total_cents);
  else
    new.price_cents := coalesce(round(new.price * 100)::bigint, new.price_cents);
  end if;
  return new;
end;
$$;

create trigger keep_cents before insert or update of price on public.products
  for each row execute function public.keep_cents();
create trigger keep_cents before insert or update of price on public.order_items
  for each row execute function public.keep_cents();
create trigger keep_cents before insert or update of total on public.orders
  for each row execute function public.keep_cents();

update public.products set price_cents = round(price * 100) where price_cents is null;
update public.order_items set price_cents = round(price * 100) where price_cents is null;
update public.orders set total_cents = round(total * 100) where total_cents is null and total is not null;

alter table public.products add constraint products_price_cents_set check (price_cents is not null) not valid;
alter table public.order_items add constraint order_items_price_cents_set check (price_cents is not null) not valid;
