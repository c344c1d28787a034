create table public.products (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade
);
create table public.categories (id uuid primary key default gen_random_uuid());
alter table public.products enable row level security;
alter table public.categories enable row level security;
grant select on table public.products, public.categories to authenticated;
create policy products_select_own on public.products for select to authenticated
  using (user_id = (select auth.uid()));
create policy categories_select_all on public.categories for select to authenticated using (true);
