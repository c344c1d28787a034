alter function public.handle_new_user() set search_path = '';
alter function public.is_admin() set search_path = '';
alter function public.apply_inventory_movement() set search_path = '';
alter function public.set_updated_at() set search_path = '';
alter function public.redeem_coupon(text) set search_path = public;
alter function public.add_to_cart(integer, integer) set search_path = public;
alter function public.search_products(text, integer) set search_path = public, extensions;

revoke execute on function public.handle_new_user() from public, anon, authenticated;
revoke execute on function public.apply_inventory_movement() from public, anon, authenticated;
revoke execute on function public.record_order_event() from public, anon, authenticated;
