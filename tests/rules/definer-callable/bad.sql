create function public.close_order(id uuid) returns void language sql security definer set search_path = ''
    as $$ update public.orders set closed = true where orders.id = close_order.id $$;

-- anon is part of everybody, and what everybody gets is not taken back in one schema
revoke execute on function public.close_order(uuid) from anon;
alter default privileges in schema public revoke execute on functions from public;
create function remove_order(id uuid, why text) returns void language sql security definer set search_path = ''
    as $$ delete from public.orders where orders.id = remove_order.id $$;
