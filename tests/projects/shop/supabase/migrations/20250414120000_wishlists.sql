create table if not exists public.wishlists (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  title text not null default 'My wishes',
  is_shared boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table if not exists public.wishlist_items (
  wishlist_id uuid not null references public.wishlists (id) on delete cascade,
  product_id integer not null references public.products (id) on delete cascade,
  created_at timestamptz not null default now(),
  primary key (wishlist_id, product_id)
);

create index if not exists wishlists_user_id_idx on public.wishlists (user_id);

alter table public.wishlists enable row level security;
alter table public.wishlist_items enable row level security;

create policy wishlists_select on public.wishlists
  for select using (is_shared or auth.uid() = user_id);
create policy wishlists_write on public.wishlists
  for all to authenticated using (auth.uid() = user_id) with check (auth.uid() = user_id);

create policy wishlist_items_select on public.wishlist_items
  for select using (exists (select 1 from public.wishlists w where w.id = wishlist_id));
create policy wishlist_items_write on public.wishlist_items
  for all to authenticated
  using (exists (select 1 from public.wishlists w where w.id = wishlist_id and w.user_id = auth.uid()))
  with check (exists (select 1 from public.wishlists w where w.id = wishlist_id and w.user_id = auth.uid()));
