insert into storage.buckets (id, name, public) values ('logos', 'logos', true)
    on conflict (id) do update set public = excluded.public;
update storage.buckets set public = false where id = 'invoices';
update storage.buckets set file_size_limit = 5000000 where public = true;
create table public.buckets (id int primary key, public boolean);
alter table public.buckets enable row level security;
update public.buckets set public = true where id = 1;
