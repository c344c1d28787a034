create table public.slots (id int primary key, during tstzrange);
alter table public.slots enable row level security;
alter table slots add exclude using gist (during with &&);
do $$ begin
    alter table public.bookings add constraint no_overlap exclude using gist (during with &&);
exception when duplicate_object then null;
end $$;
