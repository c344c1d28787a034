drop index public.orders_customer;
drop index if exists
    public.orders_status, orders_created;
