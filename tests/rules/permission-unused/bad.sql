-- bascule: allow primary-key-missing because it is a log
create table public.log (id int primary key);
select 1; -- bascule: allow policy-user-metadata because of history
