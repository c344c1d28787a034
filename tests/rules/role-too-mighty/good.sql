create role reporting nologin;
alter role reporting nobypassrls nosuperuser createdb;
grant anon, authenticated, service_role to authenticator;
grant reporting to authenticated;
revoke service_role from anon;
