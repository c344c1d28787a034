create table public.files (id int primary key);
create table public.lines (id int primary key, file_id int references public.files);
create table public.cache (id int primary key);
