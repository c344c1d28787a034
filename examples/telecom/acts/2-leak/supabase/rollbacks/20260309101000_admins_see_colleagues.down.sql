drop policy admin_users_select_colleagues on public.admin_users;
