-- off and on again
alter table public.orders disable row level security;
update public.orders set id = id where id > 0;
alter table orders enable row level security;

-- dropped after it, was never on, not shown
alter table public.gone disable row level security;
drop table public.gone;
alter table public.open disable row level security;
alter table private.jobs disable row level security;
alter table public.orders no force row level security;
