create table public.the_orders_that_customers_have_placed_and_that_nobody_has_answered_yet (
    id uuid primary key,
    "Der Zeitpunkt, zu dem die Bestellung in der Übersicht erschienen ist" timestamptz,
    constraint the_orders_that_customers_have_placed_and_that_nobody_has_answered_check check (id is not null)
);
create policy "Members of an organisation may read the invoices of their organisation" on public.invoices
    for select to authenticated using (true);
create index orders_customer_id_status_created_at_updated_at_deleted_at_product_id_idx on public.orders (customer_id);
alter table public.orders rename to the_orders_that_customers_have_placed_before_the_first_of_january_2026;
