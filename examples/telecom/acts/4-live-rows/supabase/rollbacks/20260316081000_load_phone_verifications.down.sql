delete from public.phone_verifications where proven_by = 'shop';
