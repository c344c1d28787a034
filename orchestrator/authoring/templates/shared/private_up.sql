[% if makes_private %]
-- A schema that the API does not expose. Later migrations use it too.
create schema private;
comment on schema private is 'Helpers for policies and triggers; never exposed by the API';
grant usage on schema private to authenticated, service_role;

[% endif %]
