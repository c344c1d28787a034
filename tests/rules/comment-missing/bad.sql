create table public.orders (id uuid primary key, data jsonb, raw json);
create table public."Visits" (id uuid primary key);
create table public.notes (id uuid primary key, extra jsonb, "Raw" jsonb);
comment on table public.notes is 'What people write down';
comment on column public.notes.extra is 'Tags, by name';
create table public.drafts (id uuid primary key);
comment on table public.drafts is 'Not yet sent';
comment on table public.drafts is null;
