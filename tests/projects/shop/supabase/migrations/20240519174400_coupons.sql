create table coupons (
  code text primary key,
  percent_off integer not null check (percent_off > 0 and percent_off <= 100),
  valid_until date,
  max_uses integer,
  used integer not null default 0,
  created_at timestamptz not null default now()
);

alter table orders add column coupon_code text references coupons (code);

create or replace function redeem_coupon(p_code text) returns integer as $$
declare
  v_percent integer;
begin
  update coupons
  set used = used + 1
  where code = upper(p_code)
    and (valid_until is null or valid_until >= current_date)
    and (max_uses is null or used < max_uses)
  returning percent_off into v_percent;

  if v_percent is null then
    raise exception 'coupon % is not valid', p_code;
  end if;
  return v_percent;
end;
$$ language plpgsql;
