create role reporting login bypassrls;
alter role "Admin" superuser;
grant service_role to anon;
grant postgres, reporting to authenticated;
alter role authenticated bypassrls;
alter role "authenticator" with superuser;
alter table public.orders owner to anon;
