create table public.orders (id uuid primary key,);
select 'fine';
-- Größe und Maß
select 'é', form public.orders form;
