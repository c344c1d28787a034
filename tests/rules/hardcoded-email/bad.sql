insert into public.admins (email) values ('ann@example.com'), ('bob.smith@Company.io'), ('eve@company.io');

create policy "Owner" on public.orders for select to authenticated
    using ((select auth.email()) = 'boss@company.io');

create function public.warn() returns void language plpgsql as $$
begin
    -- ask ops@company.io
    perform public.send('alerts@mail.company.io', 'disk full');
end
$$;

do $$ begin
    update public.admins set email = 'new.boss@company.io' where id = 1;
    delete from public.admins where email = 'boss@company.io';
end $$;
