create table public.orders (
  id uuid primary key default gen_random_uuid(),
  total_amount integer not null check (total_amount >= 0)
);
insert into public.orders (total_amount) values (7);
