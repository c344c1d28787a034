create table public.products (
    id serial primary key,
    code char(8) not null,
    title varchar(200) not null,
    price money,
    raw json,
    names varchar(20)[]
);
create table public.countries (id integer, primary key (id));
create table public.small (id smallint generated always as identity primary key);
alter table public.products add column raw_more json, add column counter bigserial;
alter table public.products alter column title type varchar(100);
