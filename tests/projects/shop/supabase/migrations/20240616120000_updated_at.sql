create or replace function set_updated_at() returns trigger as $$
begin
  new.updated_at = now();
  return new;
end;
$$ language plpgsql;

alter table products add column updated_at timestamptz not null default now();
alter table orders add column updated_at timestamptz not null default now();
alter table addresses add column updated_at timestamptz not null default now();
alter table reviews add column updated_at timestamptz not null default now();

do $$
declare
  t text;
begin
  foreach t in array array['profiles', 'products', 'orders', 'addresses', 'reviews']
  loop
    execute format(
      'create trigger set_updated_at before update on %I for each row execute function set_updated_at()', t
    );
  end loop;
end;
$$;
