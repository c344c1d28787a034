alter type public.order_status add value 'refunded';
alter type public.order_status add value if not exists 'open';
update public.orders set status = 'open' where note = 'refunded';
insert into public.orders (id, note) values (1, 'refunded');
insert into public.texts (id, status) values (1, 'refunded');
create function public.refund(o int) returns void language plpgsql set search_path = '' as $$
begin
    update public.orders set status = 'refunded' where id = o;
end $$;
comment on column public.orders.status is 'refunded';

create type public.mood as enum ('sad', 'ok');
create table public.people (id int primary key, mood public.mood default 'ok');
alter table public.people enable row level security;
