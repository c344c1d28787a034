create type public.field_kind as enum ('text', 'number', 'date', 'choice');

create table public.custom_fields (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references public.organisations (id) on delete cascade,
  project_id uuid references public.projects (id) on delete cascade,
  name text not null,
  kind public.field_kind not null,
  choices text[],
  position smallint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint custom_fields_choices check ((kind = 'choice') = (choices is not null)),
  unique nulls not distinct (organisation_id, project_id, name)
);
comment on table public.custom_fields is 'Fields that an organisation adds to its tasks.';

create table public.custom_values (
  task_id uuid not null references public.tasks (id) on delete cascade,
  field_id uuid not null references public.custom_fields (id) on delete cascade,
  value jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (task_id, field_id)
);
comment on table public.custom_values is 'What a task has in these fields.';

create index custom_fields_project_id_idx on public.custom_fields (project_id);
create index custom_values_field_id_idx on public.custom_values (field_id);

alter table public.custom_fields enable row level security;
alter table public.custom_values enable row level security;

create policy "Members read custom fields" on public.custom_fields
for select to authenticated using (private.is_member(organisation_id));
create policy "Admins add custom fields" on public.custom_fields
for insert to authenticated with check (private.has_role(organisation_id, 'owner', 'admin'));
create policy "Admins change custom fields" on public.custom_fields
for update to authenticated
using (private.has_role(organisation_id, 'owner', 'admin'))
with check (private.has_role(organisation_id, 'owner', 'admin'));
create policy "Admins delete custom fields" on public.custom_fields
for delete to authenticated using (private.has_role(organisation_id, 'owner', 'admin'));

create policy "Members read custom values" on public.custom_values
for select to authenticated using (private.is_member(private.organisation_of_task(task_id)));
create policy "Members write custom values" on public.custom_values
for all to authenticated
using (private.has_role(private.organisation_of_task(task_id), 'owner', 'admin', 'member'))
with check (private.has_role(private.organisation_of_task(task_id), 'owner', 'admin', 'member'));

create trigger touch_custom_fields before update on public.custom_fields
for each row execute function private.touch_updated_at();
create trigger touch_custom_values before update on public.custom_values
for each row execute function private.touch_updated_at();

grant select, insert, update, delete on public.custom_fields, public.custom_values to authenticated;
grant all on public.custom_fields, public.custom_values to service_role;
