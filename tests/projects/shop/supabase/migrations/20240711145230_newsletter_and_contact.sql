create table newsletter_subscribers (
  id bigserial primary key,
  email text not null unique,
  confirmed boolean not null default false,
  created_at timestamptz not null default now()
);

create table contact_messages (
  id bigserial primary key,
  email text not null,
  subject text,
  message text not null,
  created_at timestamptz not null default now()
);

alter table newsletter_subscribers enable row level security;
alter table contact_messages enable row level security;

-- forms on the website work without a login; only the back office (service role) reads them
create policy "anyone can subscribe" on newsletter_subscribers
  for insert to anon, authenticated with check (confirmed = false);
create policy "anyone can write to us" on contact_messages
  for insert to anon, authenticated with check (true);
