-- APP-17 instead of a uuid: a number within each project.
alter table public.projects add column last_task_number integer not null default 0;
alter table public.tasks add column number integer;

with numbered as (
  select id, row_number() over (partition by project_id order by created_at, id) as n
  from public.tasks
)
update public.tasks t
set number = numbered.n
from numbered
where numbered.id = t.id;

update public.projects p
set last_task_number = coalesce((select max(t.number) from public.tasks t where t.project_id = p.id), 0)
where exists (select 1 from public.tasks t where t.project_id = p.id);

create or replace function private.number_task() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update public.projects
  set last_task_number = last_task_number + 1
  where id = new.project_id
  returning last_task_number into new.number;
  return new;
end;
$$;

create trigger number_task before insert on public.tasks
for each row execute function private.number_task();

alter table public.tasks alter column number set not null;
alter table public.tasks add constraint tasks_project_number_key unique (project_id, number);
