drop policy partners_select_branches on public.partners;
alter table public.partners drop column head_office_id;
