begin;
create table public.a (id int);
commit;
-- the second half
begin isolation level serializable;
create table public.b (id int);
end;
