create table categories (
  id serial primary key,
  name varchar(80) not null,
  slug varchar(80) not null unique
);

create table products (
  id serial primary key,
  created_at timestamp default now(),
  name varchar(200) not null,
  slug varchar(200) not null unique,
  description text,
  price numeric not null,
  category_id integer references categories (id),
  is_active boolean default true,
  image_url text
);

alter table categories enable row level security;
alter table products enable row level security;

create policy "categories are public" on categories for select using (true);
create policy "active products are public" on products for select using (is_active = true);

insert into categories (name, slug) values
  ('Tea', 'tea'),
  ('Coffee', 'coffee'),
  ('Cups & pots', 'cups-pots'),
  ('Gift boxes', 'gift-boxes');
