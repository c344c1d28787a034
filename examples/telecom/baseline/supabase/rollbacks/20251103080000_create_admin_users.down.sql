drop table public.admin_users;
drop function private.set_updated_at();
drop function private.is_admin();
drop schema private;
