create table inventory (
  product_id integer primary key references products (id) on delete cascade,
  in_stock integer not null default 0,
  reserved integer not null default 0,
  reorder_at integer not null default 10,
  updated_at timestamptz not null default now(),
  constraint inventory_not_negative check (in_stock >= 0 and reserved >= 0)
);

create table inventory_movements (
  id bigint generated always as identity primary key,
  product_id integer not null references products (id),
  delta integer not null,
  reason text not null,
  order_id bigint references orders (id) on delete set null,
  created_at timestamptz not null default now()
);

alter table inventory enable row level security;
alter table inventory_movements enable row level security;

create policy "stock is public" on inventory for select to anon, authenticated using (true);
create policy "admins manage stock" on inventory for all to authenticated using (is_admin()) with check (is_admin());
create policy "admins see movements" on inventory_movements for select to authenticated using (is_admin());

insert into inventory (product_id)
select id from products
on conflict do nothing;

create or replace function apply_inventory_movement() returns trigger
language plpgsql security definer as $$
begin
  insert into public.inventory as i (product_id, in_stock)
  values (new.product_id, greatest(new.delta, 0))
  on conflict (product_id) do update
  set in_stock = i.in_stock + new.delta, updated_at = now();
  return new;
end;
$$;

create trigger apply_inventory_movement
  after insert on inventory_movements
  for each row execute function apply_inventory_movement();
