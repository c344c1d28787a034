drop table public.kyc_sessions;
drop table public.business_quotes;
