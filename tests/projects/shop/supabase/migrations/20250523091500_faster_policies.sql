-- The advisor's list of May: evaluate auth.uid() once, say TO, index what policies filter by.
drop policy "see own orders" on public.orders;
drop policy "place own orders" on public.orders;
drop policy "admins see all orders" on public.orders;
create policy orders_select on public.orders
  for select to authenticated
  using ((select auth.uid()) = user_id or (select public.is_admin()));
create policy orders_insert on public.orders
  for insert to authenticated
  with check ((select auth.uid()) = user_id);

drop policy "see own order items" on public.order_items;
drop policy "add own order items" on public.order_items;
drop policy "admins see all order items" on public.order_items;
create policy order_items_select on public.order_items
  for select to authenticated
  using (
    (select public.is_admin())
    or order_id in (select o.id from public.orders o where o.user_id = (select auth.uid()))
  );
create policy order_items_insert on public.order_items
  for insert to authenticated
  with check (order_id in (select o.id from public.orders o where o.user_id = (select auth.uid())));

drop policy "own cart" on public.cart_items;
create policy cart_items_all on public.cart_items
  for all to authenticated
  using ((select auth.uid()) = user_id)
  with check ((select auth.uid()) = user_id);

drop policy "own addresses" on public.addresses;
create policy addresses_all on public.addresses
  for all to authenticated
  using ((select auth.uid()) = user_id)
  with check ((select auth.uid()) = user_id);

create index orders_user_id_idx on public.orders (user_id);
create index orders_address_id_idx on public.orders (address_id);
create index order_items_order_id_idx on public.order_items (order_id);
create index order_items_product_id_idx on public.order_items (product_id);
create index addresses_user_id_idx on public.addresses (user_id);
create index products_category_id_idx on public.products (category_id);
create index reviews_user_id_idx on public.reviews (user_id);
create index returns_user_id_idx on public.returns (user_id);
create index inventory_movements_product_id_idx on public.inventory_movements (product_id);
