create table public.scratch (id int primary key);
alter table public.scratch enable row level security;
truncate public.scratch;
create temporary table numbers (n int);
truncate numbers;
delete from public.cache where id < 100;
