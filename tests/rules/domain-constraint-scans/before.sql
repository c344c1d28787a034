create domain public.email as text;
create domain public.unused as text;
create table public.people (id int primary key, mail public.email);
create table public.lists (id int primary key, name text);
