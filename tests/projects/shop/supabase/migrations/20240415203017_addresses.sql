create table addresses (
  id uuid default gen_random_uuid() primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  name text not null,
  street text not null,
  zip varchar(12) not null,
  city text not null,
  country char(2) not null default 'DE',
  is_default boolean not null default false,
  created_at timestamptz default now()
);

alter table addresses enable row level security;

create policy "own addresses" on addresses
  for all to authenticated
  using (auth.uid() = user_id)
  with check (auth.uid() = user_id);

alter table orders add column address_id uuid references addresses (id) on delete set null;
