create type return_reason as enum ('damaged', 'wrong_item', 'not_as_described', 'changed_mind');

create table returns (
  id uuid primary key default gen_random_uuid(),
  order_id bigint not null references orders (id),
  user_id uuid not null references auth.users (id),
  reason return_reason not null,
  comment text,
  refunded numeric(10, 2),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index returns_order_id_idx on returns (order_id);
alter table returns enable row level security;

create policy "see own returns" on returns for select to authenticated using (auth.uid() = user_id);
create policy "ask for a return" on returns for insert to authenticated
  with check (
    auth.uid() = user_id
    and exists (
      select 1 from orders o
      where o.id = returns.order_id and o.user_id = auth.uid() and o.status = 'delivered'
    )
  );
create policy "admins handle returns" on returns for update to authenticated using (is_admin());

create trigger set_updated_at before update on returns
  for each row execute function set_updated_at();
