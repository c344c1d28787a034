create table public.orders (
    id uuid primary key default uuidv7(),
    net numeric,
    gross numeric generated always as (net * 1.2) virtual,
    constraint positive check (net > 0) not enforced
);
merge into public.orders o using public.news n on n.id = o.id
    when not matched by source then delete;
select count(*) from (select 1);
create view public.codes as select json_value(doc, '$.code') as code, any_value(id) from public.docs group by 1;
create function public.codes() returns setof text language sql as $$
    select j.code from public.docs, json_table(doc, '$[*]' columns (code text path '$.code')) as j
$$;
grant maintain on public.orders to reporting;
do $$ begin
    update public.orders set net = 1 where id is null returning old.net;
end $$;
