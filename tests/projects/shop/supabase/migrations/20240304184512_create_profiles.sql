-- profiles, one for each user
create table profiles (
  id uuid references auth.users on delete cascade not null primary key,
  updated_at timestamp with time zone,
  username text unique,
  full_name text,
  avatar_url text,

  constraint username_length check (char_length(username) >= 3)
);

alter table profiles enable row level security;

create policy "Anybody can see profiles" on profiles
  for select using (true);

create policy "People can insert their own profile" on profiles
  for insert with check (auth.uid() = id);

create policy "People can change their own profile" on profiles
  for update using (auth.uid() = id);
