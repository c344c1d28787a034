-- Gift cards: bought by one customer, redeemed by another. Balances change only through redeem_gift_card().
create table public.gift_cards (
  id uuid primary key default gen_random_uuid(),
  code_hash text not null unique,
  buyer_id uuid references auth.users (id) on delete set null,
  holder_id uuid references auth.users (id) on delete set null,
  initial_cents bigint not null check (initial_cents between 500 and 50000),
  balance_cents bigint not null check (balance_cents >= 0),
  expires_at timestamptz not null default now() + interval '3 years',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint gift_cards_balance_within check (balance_cents <= initial_cents)
);
comment on table public.gift_cards is 'Prepaid cards. The code itself is never stored.';
comment on column public.gift_cards.code_hash is 'sha256 of the code, hexadecimal';

create index gift_cards_buyer_id_idx on public.gift_cards (buyer_id);
create index gift_cards_holder_id_idx on public.gift_cards (holder_id);

alter table public.gift_cards enable row level security;

create policy gift_cards_select_own on public.gift_cards
  for select to authenticated
  using ((select auth.uid()) in (buyer_id, holder_id));

revoke all on public.gift_cards from anon, authenticated;
grant select on public.gift_cards to authenticated;
grant all on public.gift_cards to service_role;

create trigger set_updated_at before update on public.gift_cards
  for each row execute function public.set_updated_at();

create or replace function public.redeem_gift_card(card_code text, amount_cents bigint)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  left_cents bigint;
begin
  if auth.uid() is null then
    raise exception 'please sign in first' using errcode = '42501';
  end if;
  if amount_cents <= 0 then
    raise exception 'the amount must be positive' using errcode = '22023';
  end if;

  update public.gift_cards
  set balance_cents = balance_cents - amount_cents,
      holder_id = coalesce(holder_id, auth.uid())
  where code_hash = encode(sha256(convert_to(card_code, 'UTF8')), 'hex')
    and expires_at > now()
    and balance_cents >= amount_cents
    and (holder_id is null or holder_id = auth.uid())
  returning balance_cents into left_cents;

  if left_cents is null then
    raise exception 'this card cannot be redeemed' using errcode = 'P0001';
  end if;
  return left_cents;
end;
$$;

revoke execute on function public.redeem_gift_card(text, bigint) from public, anon;
grant execute on function public.redeem_gift_card(text, bigint) to authenticated;
