create type public.mood as enum ('sad', 'ok');
create table public.clients (id int primary key, name text);
create table public.people (id int primary key);
create policy "Own" on public.people using (true);
create trigger touch before update on public.people for each row execute function suppress_redundant_updates_trigger();
create view public.names as select name from public.clients;
create function public.total() returns int language sql as 'select 1';
