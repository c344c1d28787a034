drop table public.phone_verifications;
