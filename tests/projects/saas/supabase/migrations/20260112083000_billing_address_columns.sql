-- Expand: the address moves out of the document; the document goes in a later release.
create table public.billing_details (
  organisation_id uuid primary key references public.organisations (id) on delete cascade,
  company text not null default '',
  street text not null default '',
  postal_code text not null default '',
  city text not null default '',
  country char(2),
  vat_number text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.billing_details is 'What is printed on an invoice.';

insert into public.billing_details (organisation_id, company, street, postal_code, city, country, vat_number)
select
  id,
  coalesce(billing_address ->> 'company', name),
  coalesce(billing_address ->> 'line1', ''),
  coalesce(billing_address ->> 'zip', ''),
  coalesce(billing_address ->> 'city', ''),
  nullif(upper(billing_address ->> 'country'), ''),
  billing_address ->> 'vat'
from public.organisations
on conflict (organisation_id) do nothing;

alter table public.billing_details enable row level security;

create policy "Owners and accountants manage billing details" on public.billing_details
for all to authenticated
using (private.has_role(organisation_id, 'owner', 'billing'))
with check (private.has_role(organisation_id, 'owner', 'billing'));

create trigger touch_billing_details before update on public.billing_details
for each row execute function private.touch_updated_at();

create trigger audit_billing_details after insert or update or delete on public.billing_details
for each row execute function audit.record();
