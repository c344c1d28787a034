-- One row when there is a role of this name: whether it is a superuser.
select rolsuper from pg_roles where rolname = %(name)s
