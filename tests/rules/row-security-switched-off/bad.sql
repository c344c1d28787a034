alter table public.orders disable row level security;
alter table public.base disable row level security;
alter table only "Prices" disable row level security;
do $$ begin
    alter table public.notes disable row level security;
exception when undefined_table then null;
end $$;
