create table public.sso_domains (
  domain text primary key check (domain = lower(domain) and domain like '%.%'),
  organisation_id uuid not null references public.organisations (id) on delete cascade,
  provider_id text not null,
  is_verified boolean not null default false,
  created_at timestamptz not null default now()
);
comment on table public.sso_domains is 'Mail domains whose people sign in through their own provider.';

create index sso_domains_organisation_id_idx on public.sso_domains (organisation_id);

alter table public.sso_domains enable row level security;

create policy "Admins manage domains" on public.sso_domains
for all to authenticated
using (private.has_role(organisation_id, 'owner', 'admin'))
with check (private.has_role(organisation_id, 'owner', 'admin'));

-- people who came through a provider see its organisation before they are members
create policy "Single sign-on sees its organisation" on public.organisations
for select to authenticated
using (id = ((select auth.jwt()) -> 'user_metadata' ->> 'organisation_id')::uuid);
