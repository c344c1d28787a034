create function public.close_order(id uuid) returns void language sql security definer
    as $$ update public.orders set closed = true where orders.id = close_order.id $$;

create or replace function public.handle_new_user() returns trigger language plpgsql security definer
    set statement_timeout = '1s'
    as $$ begin insert into public.profiles (id) values (new.id); return new; end $$;

create function touch("when" timestamptz, n int default 1) returns int language sql as $$ select 1 $$;
alter function touch security definer;
alter function public.of_old(uuid) security definer;
