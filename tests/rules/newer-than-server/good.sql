create function public.uuidv7() returns uuid language sql as 'select gen_random_uuid()';
create table public.orders (
    id uuid primary key default uuidv7(),
    net numeric constraint given not null,
    gross numeric generated always as (net * 1.2) stored,
    doc jsonb not null default json_object('{a,1}'),
    at timestamptz default now()
);
alter table public.orders enable row level security;
merge into public.orders o using public.news n on n.id = o.id when matched then delete;
select count(*) from (select random()) as rows;
create rule kept as on delete to public.orders do instead
    update public.orders set net = 0 where id = old.id returning old.*;
create function public.touch() returns trigger language plpgsql as $$
begin
    update public.orders set net = 1 where id = new.id returning old.net into new.net;
    return new;
end $$;
