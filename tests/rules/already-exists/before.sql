create table public.customers (id uuid primary key, email text);
create type public.mood as enum ('glad', 'sad');
