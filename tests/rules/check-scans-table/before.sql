create table public.orders (id int not null, total numeric, email text, status text, note text);
