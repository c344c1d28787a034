alter table public.orders alter column id set not null;
alter table public.orders alter column email drop not null;
alter table public.orders validate constraint orders_email_not_null;
alter table public.orders alter column email set not null;
create table public.notes (id int primary key, body text);
alter table public.notes enable row level security;
alter table notes alter body set not null;
