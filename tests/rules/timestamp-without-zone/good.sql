create table public.visits (
    id uuid primary key,
    seen_at timestamptz not null,
    left_at timestamp(3) with time zone,
    opened_on date,
    opens_at time,
    "timestamp" text
);
alter table public.visits add column read_at timestamptz;
alter table public.visits alter column read_at type timestamp with time zone;
create temporary table work (at timestamp);
