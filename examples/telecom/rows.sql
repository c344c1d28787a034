-- Rows of a telecom operator after four months: 4 admins, 240 customers, 12 packages, 420 orders.
-- Run after the migrations of baseline/, as postgres. The same rows every time; all names are made up.
--
-- Seven customers share three phone numbers: families and a shop counter that typed its own number in.
-- That is what breaks the unique constraint of acts/2-careless. Orders share 180 addresses, as people do who live in
-- flats: that breaks the unique index of acts/4-live-rows.

create function pg_temp.account(kind text, n bigint) returns uuid language sql immutable
  as 'select md5(kind || n)::uuid';

-- STEP 1: Sign-in accounts
insert into auth.users (id, aud, role, email, raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
select pg_temp.account('admin', n), 'authenticated', 'authenticated', 'staff' || n || '@telecom.example',
       '{"provider": "email"}', '{}', '2025-11-03 09:00+00', '2025-11-03 09:00+00'
  from generate_series(1, 4) n;

insert into auth.users (id, aud, role, email, raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
select pg_temp.account('customer', n), 'authenticated', 'authenticated', 'customer' || n || '@mail.example',
       '{"provider": "email"}', '{}', moment, moment
  from generate_series(1, 240) n, lateral (select timestamptz '2025-11-04 08:00+00' + n * interval '11 hours') m (moment);

-- STEP 2: The back office; one has left
insert into public.admin_users (id, email, full_name, role, is_active, created_at, updated_at)
select pg_temp.account('admin', n), 'staff' || n || '@telecom.example', full_name, role, n < 4,
       '2025-11-03 09:00+00', '2025-11-03 09:00+00'
  from (values (1, 'Nomsa Dlamini', 'owner'), (2, 'Pieter Botha', 'sales'),
               (3, 'Aisha Patel', 'support'), (4, 'Tom Fourie', 'finance')) staff (n, full_name, role);

-- STEP 3: Customers; every twentieth gave no phone number. No country has the code +999.
insert into public.customers (id, first_name, last_name, email, phone, created_at, updated_at)
select users.id,
       (array['Thandi', 'Johan', 'Priya', 'Sipho', 'Emma', 'Kabelo', 'Lerato', 'David', 'Zanele', 'Ruan', 'Fatima'])[1 + n % 11],
       (array['Nkosi', 'van Wyk', 'Naidoo', 'Smith', 'Mokoena', 'Jacobs', 'Khumalo', 'Pillay', 'Meyer', 'Ndlovu', 'Daniels', 'Adams', 'Mabaso'])[1 + n % 13],
       users.email,
       case when n % 20 = 0 then null else '+99960' || lpad((100000 + coalesce(shares_with, n) * 37)::text, 6, '0') end,
       users.created_at, users.updated_at
  from generate_series(1, 240) n
  join auth.users on users.id = pg_temp.account('customer', n)
  left join (values (57, 23), (131, 23), (142, 96), (203, 188)) shared (customer, shares_with) on customer = n;

-- STEP 4: Packages; the last two are no longer sold
insert into public.service_packages
  (id, code, name, technology, download_mbps, upload_mbps, monthly_price, is_active, created_at, updated_at)
select pg_temp.account('package', n), upper(label) || '-' || mbps, label || ' ' || mbps, lower(label),
       mbps, mbps / shape, price, n <= 10, '2025-11-10 10:00+00', '2025-11-10 10:00+00'
  from (values (1, 'Fibre', 25, 1, 499), (2, 'Fibre', 50, 1, 649), (3, 'Fibre', 100, 1, 799), (4, 'Fibre', 200, 2, 999),
               (5, 'Fibre', 500, 2, 1299), (6, 'Wireless', 20, 2, 449), (7, 'Wireless', 50, 2, 699),
               (8, '5G', 60, 4, 599), (9, '5G', 100, 4, 749), (10, 'LTE', 30, 3, 399),
               (11, 'LTE', 10, 2, 249), (12, 'Wireless', 10, 2, 299)) package (n, label, mbps, shape, price);

-- STEP 5: Orders, spread over customers, packages and weeks; old ones are active or cancelled
insert into public.consumer_orders
  (id, order_number, customer_id, service_package_id, status, installation_address, total_amount, created_at, updated_at)
select pg_temp.account('order', n), 'ORD-' || to_char(moment at time zone 'UTC', 'YYYY') || '-' || lpad(n::text, 5, '0'),
       customers.id, packages.id,
       case when n > 400 then (enum_range(null::public.order_status))[1 + n % 4]
            when n % 9 = 0 then 'cancelled' else 'active' end,
       1 + n % 180 || ' ' || (array['Protea Street', 'Long Street', 'Acacia Avenue', 'Church Street', 'Harbour Road'])[1 + n % 5],
       packages.monthly_price, moment, moment
  from generate_series(1, 420) n
  join public.customers on customers.id = pg_temp.account('customer', 1 + n * 7 % 240)
  join public.service_packages packages on packages.id = pg_temp.account('package', 1 + n * 5 % 10),
       lateral (select customers.created_at + (1 + n % 5) * interval '1 day' + n * interval '17 minutes') m (moment);

drop function pg_temp.account(text, bigint);
