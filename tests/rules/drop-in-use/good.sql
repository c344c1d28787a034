drop view public.named;
alter table public.members drop column note;
create or replace function public.is_member(team int) returns boolean language sql stable as $$
    select exists (select from public.members m where m.team_id = team)
$$;

create or replace function public.remarks() returns setof text language sql as 'select null::text';

drop policy "Own" on public.members;
alter table public.members drop column user_id;
alter table public.members drop column mood;
drop type public.mood;

drop trigger touched on public.members;
drop function public.touch();

drop policy "Members" on public.teams;
drop function public.is_member(int);
drop table public.members, public.teams;
