create table cart_items (
  user_id uuid references auth.users on delete cascade,
  product_id integer references products on delete cascade,
  quantity integer default 1,
  added_at timestamptz default now(),
  primary key (user_id, product_id)
);

alter table cart_items enable row level security;

create policy "own cart" on cart_items for all
  using (auth.uid() = user_id)
  with check (auth.uid() = user_id);

create function add_to_cart(p_product_id integer, p_quantity integer default 1) returns void as $$
  insert into cart_items (user_id, product_id, quantity)
  values (auth.uid(), p_product_id, p_quantity)
  on conflict (user_id, product_id)
  do update set quantity = cart_items.quantity + excluded.quantity;
$$ language sql;
