create table public.notes (id int primary key, author uuid);
alter table public.notes enable row level security;
create index notes_author on public.notes (author);
reindex index notes_author;
reindex table notes;
