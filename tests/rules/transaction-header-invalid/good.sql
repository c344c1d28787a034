-- Two steps that belong together.
/* bascule: transaction=false because the index is
   built while people write */
create index concurrently orders_id on public.orders (id);
-- a transaction=false in other words is a comment like any other
vacuum public.orders;
