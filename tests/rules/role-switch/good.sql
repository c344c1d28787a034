set role postgres;
reset role;
set session authorization default;
do $$ begin
    set local role worker;
    reset role;
end $$;
alter role worker set role to other;
