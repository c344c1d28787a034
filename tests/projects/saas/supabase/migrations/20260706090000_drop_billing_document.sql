-- Contract: since 2 February everything reads billing_details.
alter table public.organisations drop column if exists billing_address;
alter table public.invoices alter column currency drop default;
alter table public.invoices alter column number type varchar(40);
