-- squawk-ignore-file ban-drop-column
-- squawk-ignore require-concurrent-index-creation
create index orders_customer on public.orders (customer_id);
alter table public.orders /* squawk-ignore ban-drop-column: old */ drop column note;
