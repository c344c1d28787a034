drop table public.referral_codes;
