-- in one transaction with others
create index orders_by_customer on public.orders (customer);
create type public.mood as enum ('fine');
alter type public.mood add value 'better';
