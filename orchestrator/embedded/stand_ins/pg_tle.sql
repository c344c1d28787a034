-- pg_tle: packages are accepted and nothing is installed.
create function pgtle.install_extension(
    name text, version text, description text, ext text, requires text [] default null
) returns boolean language sql return true;
create function pgtle.uninstall_extension_if_exists(extname text) returns boolean language sql return true;
create function pgtle.set_default_version(name text, version text) returns boolean language sql return true;

grant usage on schema pgtle to postgres;
