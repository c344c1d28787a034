-- status as text got out of hand ("shiped", "Shipped", …)
do $$
begin
  if not exists (select 1 from pg_type where typname = 'order_status') then
    create type order_status as enum ('new', 'paid', 'packed', 'shipped', 'delivered', 'cancelled');
  end if;
end
$$;

alter table orders add column status_new order_status;
