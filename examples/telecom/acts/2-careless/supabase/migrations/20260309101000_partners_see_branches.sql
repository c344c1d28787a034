-- Migration: partners see their branches
-- Created: 2026-03-09
-- Purpose: a head office follows how its branches are doing
-- (Wrong on purpose: a policy on partners that reads partners asks itself for ever.)

alter table public.partners
  add column head_office_id uuid references public.partners (id) on delete set null;

create index partners_head_office_id_idx on public.partners (head_office_id);

create policy partners_select_branches on public.partners
  for select to authenticated
  using (head_office_id in (select id from public.partners where user_id = (select auth.uid())));

comment on column public.partners.head_office_id is 'The partner that this one is a branch of';
