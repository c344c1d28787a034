-- we do not use squawk-ignore here
-- bascule: allow index-blocks-writes because the table has 200 rows
create index orders_customer on public.orders (customer_id);
select '-- squawk-ignore x';
