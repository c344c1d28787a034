alter table public.members rename column note to remark;
drop function public.is_member;
alter table public.members drop column user_id;
drop type public.mood;
drop table public.teams;
drop function public.touch() cascade;
alter table public.members rename to memberships;
