-- written by ann@company.io
insert into public.admins (email) values ('ann@example.com'), ('bob@staff.example.org'), ('eve@company.test');

create policy "Staff" on public.orders for select to authenticated
    using ((select auth.email()) like '%@company.io' and note ~ '[^@]+@[^@]+');

create function public.check_address(address text) returns boolean language sql as $$
    -- such as ann@company.io
    select address ~ '^[^@]+@[^@]+\.[a-z]+$'
$$;

comment on table public.admins is 'ask ops@company.io before changing it';
insert into public.sources (url) values ('https://user@host.company.io/x'), ('git@github'), ('@scope/pkg@1.2.3');
