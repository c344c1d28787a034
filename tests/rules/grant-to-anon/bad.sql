grant all on table public.orders to anon;
grant all on table public.notes to anon, authenticated;
grant select, insert on "Prices" to public;

create function public.close_order(id int) returns void language sql security definer set search_path = ''
    as $$ update public.orders set closed = true where orders.id = close_order.id $$;
grant execute on function public.close_order(int) to anon;

alter default privileges in schema public grant all on tables to anon;
alter default privileges for role postgres in schema public grant execute on functions to anon, authenticated;
grant select, truncate on public.invoices to authenticated;
grant execute on all functions in schema public to anon;
