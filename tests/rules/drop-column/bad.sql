alter table public.orders
    add column customer uuid,
    drop column note,
    drop column if exists total cascade;
alter table only "Shop".items drop "Old name";
