create table public.a (id int);
savepoint before_b;
create table public.b (id int);
rollback to before_b;
do $$ begin perform 1; end $$;
