create table public.feature_flags (
  name text primary key check (name ~ '^[a-z][a-z0-9_]*$'),
  description text not null default '',
  is_on boolean not null default false,
  rollout_percent smallint not null default 0 check (rollout_percent between 0 and 100),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.feature_flags is 'What is switched on for whom. Changed in the back office only.';

create table public.feature_flag_overrides (
  flag text not null references public.feature_flags (name) on update cascade on delete cascade,
  organisation_id uuid not null references public.organisations (id) on delete cascade,
  is_on boolean not null,
  created_at timestamptz not null default now(),
  primary key (flag, organisation_id)
);
comment on table public.feature_flag_overrides is 'Exceptions for single organisations.';

create index feature_flag_overrides_organisation_id_idx on public.feature_flag_overrides (organisation_id);

alter table public.feature_flags enable row level security;
alter table public.feature_flag_overrides enable row level security;

-- reading only; rows are written with the service role
create policy "Everybody reads flags" on public.feature_flags for select to authenticated using (true);
create policy "Members read overrides" on public.feature_flag_overrides
for select to authenticated using ((select private.is_member(organisation_id)));

create trigger touch_feature_flags before update on public.feature_flags
for each row execute function private.touch_updated_at();

create or replace function public.flag_is_on(flag_name text, organisation uuid) returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (select o.is_on from public.feature_flag_overrides o where o.flag = flag_name and o.organisation_id = organisation),
    (
      select f.is_on and abs(hashtext(f.name || organisation::text)) % 100 < f.rollout_percent
      from public.feature_flags f
      where f.name = flag_name
    ),
    false
  );
$$;

insert into public.feature_flags (name, description, is_on, rollout_percent) values
  ('board_view', 'Tasks as cards in columns', true, 100),
  ('time_tracking', 'A clock on each task', false, 0),
  ('new_editor', 'Blocks instead of markdown', true, 20);
