create table reviews (
  id uuid default uuid_generate_v4() primary key,
  product_id integer not null references products (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  stars smallint not null check (stars between 1 and 5),
  body text,
  created_at timestamptz not null default now()
);

alter table reviews enable row level security;

create policy "reviews are public" on reviews for select using (true);
create policy "write a review" on reviews for insert with check (auth.uid() = user_id);
create policy "change a review" on reviews for update using (auth.uid() = user_id);
create policy "delete a review" on reviews for delete using (auth.uid() = user_id);

create unique index reviews_one_each on reviews (product_id, user_id);
