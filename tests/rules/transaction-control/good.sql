create table public.a (id int);
alter table public.a enable row level security;
savepoint before_b;
create table public.b (id int);
alter table public.b enable row level security;
rollback to before_b;
do $$ begin perform 1; end $$;
