alter policy partners_select on public.partners
  using (user_id = (select auth.uid()) or (select private.is_admin()));

drop function private.own_partner_id();
alter table public.partners drop column head_office_id;
