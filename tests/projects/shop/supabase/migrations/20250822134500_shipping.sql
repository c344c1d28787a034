create extension if not exists pg_net with schema extensions;

create type public.carrier as enum ('dhl', 'dpd', 'ups');

create table public.shipments (
  id uuid primary key default gen_random_uuid(),
  order_id bigint not null references public.orders (id) on delete restrict,
  carrier public.carrier not null,
  tracking_number text,
  shipped_at timestamptz,
  delivered_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint shipments_times check (delivered_at is null or shipped_at <= delivered_at)
);
comment on table public.shipments is 'Parcels of an order.';

create index shipments_order_id_idx on public.shipments (order_id);
alter table public.shipments enable row level security;

create policy shipments_select on public.shipments
  for select to authenticated
  using (exists (
    select 1 from public.orders o where o.id = order_id and o.user_id = (select auth.uid())
  ));
create policy shipments_admin on public.shipments
  for all to authenticated
  using ((select public.is_admin())) with check ((select public.is_admin()));

create trigger set_updated_at before update on public.shipments
  for each row execute function public.set_updated_at();

-- ask the carriers where the parcels are
select cron.schedule(
  'track-parcels',
  '*/20 * * * *',
  $job$
  select net.http_post(
    url := 'https://api.teahouse.example/functions/v1/track-parcels',
    headers := '{"Authorization": "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJ0ZWFob3VzZSIsInJvbGUiOiJzZXJ2aWNlX3JvbGUiLCJleHAiOjIwNTAwMDAwMDB9.bm90LWEtcmVhbC1zaWduYXR1cmUtanVzdC1hLXRlc3Q"}'::jsonb,
    body := '{}'::jsonb
  );
  $job$
);
