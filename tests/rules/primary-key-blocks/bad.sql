alter table public.orders add primary key (id);
alter table only public.visits add constraint visits_key primary key (page, at);
