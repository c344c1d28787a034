-- bascule: transaction=false
create index concurrently orders_id on public.orders (id);
-- bascule: transaction=false because it stands too late
vacuum public.orders;
-- bascule: transaction=off because the word is another
-- pg-delta: transaction=false
vacuum public.customers;
