drop table public.lines, public.unknown;
drop table if exists public.legacy;
do $$ begin
    drop table if exists public.orders;
end $$;

create table public.again (id int primary key);
drop table public.again;
drop foreign table remote.orders;
