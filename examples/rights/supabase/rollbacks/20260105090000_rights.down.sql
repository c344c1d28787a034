-- bascule: allow drop-table because these tables were made by this migration, and nobody uses them yet
drop policy "partners see shared orders" on public.orders;
drop policy "partners ship" on public.orders;
drop table public.audit_entries;
drop table public.order_partners;
drop table public.orders;
drop table public.invoices;
drop table public.tasks;
drop policy "teams of members" on public.teams;
drop table public.team_members;
drop table public.teams;
drop table public.notes;
