-- Migration: one customer per phone number
-- Created: 2026-03-09, mended 2026-03-18: numbers that several customers share are set aside first
-- Purpose: a code sent to a phone must sign in exactly one customer

-- ============================================
-- STEP 1: A place for numbers that are in doubt
-- ============================================
create table public.customer_phone_conflicts (
  customer_id uuid primary key references public.customers (id) on delete cascade,
  phone text not null,
  kept_by uuid not null references public.customers (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index customer_phone_conflicts_kept_by_idx on public.customer_phone_conflicts (kept_by);

alter table public.customer_phone_conflicts enable row level security;

revoke all on table public.customer_phone_conflicts from anon, authenticated, service_role;
grant select, insert, update, delete on table public.customer_phone_conflicts to authenticated, service_role;

create policy admins_manage_customer_phone_conflicts on public.customer_phone_conflicts
  for all to authenticated
  using ((select private.is_admin()))
  with check ((select private.is_admin()));

create trigger customer_phone_conflicts_set_updated_at before update on public.customer_phone_conflicts
  for each row execute function private.set_updated_at();

comment on table public.customer_phone_conflicts is 'Numbers that were taken from a customer because an older account has them; the call centre asks';
comment on column public.customer_phone_conflicts.kept_by is 'The customer who keeps the number';

-- ============================================
-- STEP 2: The oldest account keeps the number
-- ============================================
insert into public.customer_phone_conflicts (customer_id, phone, kept_by)
select id, phone, oldest
  from (select id, phone, first_value(id) over (partition by phone order by created_at, id) as oldest
          from public.customers
         where phone is not null) holder
 where id <> oldest;

-- bascule: allow rollback-unproven because customer_phone_conflicts keeps each number and the rollback gives it back
update public.customers
   set phone = null
  from public.customer_phone_conflicts conflict
 where customers.id = conflict.customer_id;

-- ============================================
-- STEP 3: From now on a number belongs to one customer
-- ============================================
alter table public.customers add constraint customers_phone_key unique (phone);

comment on constraint customers_phone_key on public.customers is 'A phone number signs in one customer';
