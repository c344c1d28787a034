alter table public.clients rename column name to full_name;
alter table public.clients rename to customers;
alter view public.names rename to customer_names;
alter type public.mood rename value 'ok' to 'fine';
alter function public.total() rename to sum_of_all;
alter table public.people set schema private;
