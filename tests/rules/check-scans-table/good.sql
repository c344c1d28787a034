alter table public.orders add constraint orders_total_check check (total >= 0) not valid;
alter table public.orders add constraint orders_note_check check (note <> '') not enforced;
create table public.notes (id int primary key, body text check (body <> ''));
alter table public.notes enable row level security;
alter table notes add check (length(body) < 1000);
create temporary table work (a int);
alter table work add constraint positive check (a > 0);
