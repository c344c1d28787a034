alter table public.visits detach partition public.visits_2024;
