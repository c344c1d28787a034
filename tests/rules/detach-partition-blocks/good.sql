create table public.marks (at date not null) partition by range (at);
create table public.marks_2024 partition of public.marks for values from ('2024-01-01') to ('2025-01-01');
alter table public.marks enable row level security;
alter table public.marks_2024 enable row level security;
alter table marks detach partition marks_2024;
