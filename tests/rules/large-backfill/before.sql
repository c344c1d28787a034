create table public.events (id bigint primary key, kind text, code text unique);
create table public.plans (id int primary key, name text);
create table public.copies (id bigint, kind text);
