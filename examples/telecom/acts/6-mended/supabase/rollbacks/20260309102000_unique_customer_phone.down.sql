alter table public.customers drop constraint customers_phone_key;

-- Give the numbers back, but not to somebody who has told us another one since.
update public.customers
   set phone = conflict.phone
  from public.customer_phone_conflicts conflict
 where customers.id = conflict.customer_id
   and customers.phone is null;

drop table public.customer_phone_conflicts;
