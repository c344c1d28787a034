create materialized view public.revenue as select sum(total) from public.orders;

create foreign table public.rates (day date, rate numeric) server bank;

-- one of the two is left
create materialized view public.visits as select count(*) from public.pages;
revoke all on public.visits from anon;
