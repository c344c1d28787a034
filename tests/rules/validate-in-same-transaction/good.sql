alter table public.orders validate constraint orders_old_check;
alter table public.orders add constraint orders_total_check check (total >= 0) not valid;
create table public.notes (id int primary key, body text);
alter table public.notes enable row level security;
alter table notes add constraint short check (length(body) < 1000) not valid;
alter table notes validate constraint short;
