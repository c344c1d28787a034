create index orders_total on public.orders (total);
comment on table public.orders is 'What people bought';
alter table orders add column note text;
alter table orders add column status text;
alter table public.customers rename to clients;
create trigger visited after insert on public.visits for each row execute function public.count_visit();
