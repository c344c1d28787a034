create table public.saved_views (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid not null references public.organisations (id) on delete cascade,
  owner_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  name text not null,
  filter jsonb not null default '{}' check (jsonb_typeof(filter) = 'object'),
  is_shared boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.saved_views is 'Filters over tasks that somebody keeps.';
comment on column public.saved_views.filter is 'as the front end writes it: {"state": [...], "assignee": [...]}';

create index saved_views_organisation_id_idx on public.saved_views (organisation_id);
create index saved_views_owner_id_idx on public.saved_views (owner_id);

alter table public.saved_views enable row level security;

create policy "Own and shared views" on public.saved_views
for select to authenticated
using (owner_id = (select auth.uid()) or (is_shared and private.is_member(organisation_id)));
create policy "Add own views" on public.saved_views
for insert to authenticated
with check (owner_id = (select auth.uid()) and private.is_member(organisation_id));
create policy "Change own views" on public.saved_views
for update to authenticated
using (owner_id = (select auth.uid())) with check (owner_id = (select auth.uid()));
create policy "Delete own views" on public.saved_views
for delete to authenticated using (owner_id = (select auth.uid()));

grant select, insert, update, delete on public.saved_views to authenticated;
grant all on public.saved_views to service_role;

create trigger touch_saved_views before update on public.saved_views
for each row execute function private.touch_updated_at();
