alter table public.orders add foreign key (customer_id) references public.customers on delete cascade not valid;
alter table public.orders add foreign key (seller_id) references public.sellers on delete cascade not enforced;
alter table public.orders add column shop_id uuid references public.shops on delete cascade;
alter table public.orders add column kind int default 1 references public.kinds on delete cascade not enforced;
create table public.notes (id int primary key, author uuid references auth.users on delete cascade);
alter table public.notes enable row level security;
alter table notes add column shop_id uuid default gen_random_uuid() references public.shops on delete cascade;
alter table "notes" add foreign key (id) references public.orders on delete cascade;
