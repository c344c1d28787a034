create table public.visits (
    id uuid primary key,
    seen_at timestamp not null,
    left_at timestamp(3) without time zone,
    pauses timestamp[]
);
alter table public.visits add column read_at timestamp default now(), add column note text;
alter table public.visits
    alter column note type text,
    alter column read_at type timestamp;
create table public."Visits" ("seenAt" timestamp);
