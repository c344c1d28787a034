create role reporting login bypassrls;
alter role "Admin" superuser;
grant service_role to anon;
grant postgres, reporting to authenticated;
