alter domain public.email add constraint email_at check (value like '%@%') not valid;
alter domain public.unused add check (value <> '');
alter domain public.email validate constraint email_old;
create table public.notes (id int primary key, sender public.unused);
alter table public.notes enable row level security;
alter domain public.unused add check (value <> ' ');
