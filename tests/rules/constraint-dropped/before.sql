create table public.customers (id int primary key, email text unique, age int check (age > 0));
create table public.orders (id int primary key, customer int, constraint orders_customer_fkey foreign key (customer) references public.customers);
