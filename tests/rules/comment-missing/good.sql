create table public.notes (id uuid primary key, extra jsonb, tags text[]);
comment on column public.notes.extra is 'Tags, by name';
alter table public.notes rename to remarks;
comment on table public.remarks is 'What people write down';

create table public.events (id uuid, at date, primary key (id, at)) partition by range (at);
create table public.events_2026 partition of public.events for values from ('2026-01-01') to ('2027-01-01');
comment on table public.events is 'What happened';

create temporary table work (data jsonb);
create view public.recent with (security_invoker = on) as select id from public.remarks;
