create table public.orders (
    id int primary key, code varchar(10), state varchar(10), net numeric(10, 2), note text, placed timestamp
);
