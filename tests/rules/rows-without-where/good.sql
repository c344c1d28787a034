update public.orders set currency = 'EUR' where currency is null;
update public.orders set currency = 'EUR' where true;
delete from public.orders o using public.gone g where g.id = o.id;
create table public.scratch as select 1 as id;
alter table public.scratch enable row level security;
update public.scratch set id = 2;
create temporary table t (id int);
delete from t;
insert into public.orders (id, currency) select 1, 'EUR' on conflict (id) do update set currency = 'EUR';
