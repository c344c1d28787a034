-- What a history looks like that an older tool wrote: versions and names, no statements.
-- Run after the migrations of baseline/, as postgres. tests/integration/examples holds the list to the files.
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text not null primary key,
  statements text[],
  name text
);
insert into supabase_migrations.schema_migrations (version, name) values
  ('20251103080000', 'create_admin_users'),
  ('20251103081500', 'create_customers'),
  ('20251110090000', 'create_service_packages'),
  ('20251124140000', 'create_consumer_orders');
