alter domain public.email add constraint email_at check (value like '%@%');
alter domain email set not null;
