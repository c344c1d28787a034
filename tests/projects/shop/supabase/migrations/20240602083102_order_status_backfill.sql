update orders
set status_new = case lower(trim(status))
    when 'new' then 'new'
    when 'paid' then 'paid'
    when 'packed' then 'packed'
    when 'shiped' then 'shipped'
    when 'shipped' then 'shipped'
    when 'delivered' then 'delivered'
    else 'cancelled'
  end::order_status
where status_new is null;

alter table orders alter column status_new set default 'new';
alter table orders alter column status_new set not null;

-- old app versions still write the text column
create function orders_sync_status() returns trigger as $$
begin
  if tg_op = 'INSERT' then
    new.status_new := coalesce(new.status, 'new')::order_status;
  elsif new.status is distinct from old.status then
    new.status_new := new.status::order_status;
  elsif new.status_new is distinct from old.status_new then
    new.status := new.status_new::text;
  end if;
  return new;
end;
$$ language plpgsql;

create trigger orders_sync_status
  before insert or update on orders
  for each row execute function orders_sync_status();
