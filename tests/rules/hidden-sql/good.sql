do $$ begin
    if not exists (select from pg_type where typname = 'mood') then
        create type public.mood as enum ('sad', 'ok');
    end if;
end $$;
create function public.run(command text) returns void language plpgsql set search_path = '' as $$
begin
    execute command;
end $$;
prepare one as select 1;
execute one;
