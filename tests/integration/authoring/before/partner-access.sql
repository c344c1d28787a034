create table public.partners (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade
);
alter table public.partners enable row level security;
create table public.documents (
  id uuid primary key default gen_random_uuid(),
  partner_id uuid not null references public.partners (id) on delete cascade
);
create index documents_partner_id_idx on public.documents (partner_id);
alter table public.documents enable row level security;
grant select, insert, update, delete on table public.documents to authenticated;
