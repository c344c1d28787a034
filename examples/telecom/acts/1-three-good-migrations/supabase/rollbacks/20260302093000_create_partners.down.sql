drop table public.partner_compliance_documents;
drop table public.partners;
