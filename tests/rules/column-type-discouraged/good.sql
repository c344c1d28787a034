create table public.products (
    id bigint generated always as identity primary key,
    code text not null check (char_length(code) = 8),
    title varchar not null,
    price numeric(12, 2),
    raw jsonb,
    stock integer,
    flag "char",
    size smallint not null
);
-- the other table decides
create table public.product_notes (product_id integer primary key references public.products (id) on delete cascade);
create table public.lines (
    order_id uuid,
    line integer,
    primary key (order_id, line)
);
create table public.notes (
    id integer,
    primary key (id),
    foreign key (id) references public.products (id) on delete cascade
);
create temporary table work (id serial, code char(3));
alter table public.products alter column title type text;
