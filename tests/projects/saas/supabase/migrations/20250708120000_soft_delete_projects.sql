-- Deleted projects stay for 30 days. Everybody reads through the policies, so hiding them there is enough.
alter table public.projects
  add column deleted_at timestamptz,
  add column deleted_by uuid references auth.users (id) on delete set null;

create index projects_live_idx on public.projects (organisation_id) where deleted_at is null;

drop policy "Members read projects" on public.projects;
create policy "Members read live projects" on public.projects
for select to authenticated
using (deleted_at is null and private.is_member(organisation_id));

create or replace function public.delete_project(project uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.projects p
  set deleted_at = now(), deleted_by = (select auth.uid())
  where p.id = project
    and p.deleted_at is null
    and private.has_role(p.organisation_id, 'owner', 'admin');
  if not found then
    raise exception 'no such project' using errcode = 'P0002';
  end if;
end;
$$;

create or replace function public.restore_project(project uuid) returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.projects p
  set deleted_at = null, deleted_by = null
  where p.id = project
    and p.deleted_at > now() - interval '30 days'
    and private.has_role(p.organisation_id, 'owner', 'admin');
  if not found then
    raise exception 'no such project' using errcode = 'P0002';
  end if;
end;
$$;

revoke execute on function public.delete_project(uuid) from public, anon;
revoke execute on function public.restore_project(uuid) from public, anon;

create extension if not exists pg_cron with schema pg_catalog;

select cron.schedule(
  'purge-deleted-projects',
  '30 3 * * *',
  $$delete from public.projects where deleted_at < now() - interval '30 days'$$
);
