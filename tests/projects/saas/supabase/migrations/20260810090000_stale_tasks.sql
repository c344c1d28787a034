create or replace view public.stale_tasks
with (security_invoker = true) as
select t.id, t.organisation_id, t.project_id, t.number, t.title, t.updated_at
from public.tasks t
where t.state in ('doing', 'blocked')
  and t.updated_at < now() - interval '21 days';

comment on view public.stale_tasks is 'What nobody touched for three weeks.';

grant select on public.stale_tasks to authenticated, service_role;

create index tasks_updated_at_idx on public.tasks (updated_at) where state in ('doing', 'blocked');
