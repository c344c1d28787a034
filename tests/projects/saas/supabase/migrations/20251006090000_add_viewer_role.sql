alter type public.member_role add value if not exists 'viewer' before 'billing';
