alter table public.orders alter column id type bigint;
alter table public.orders
    alter column code type varchar(5),
    alter net set data type numeric(12, 4),
    alter column "note" type jsonb using note::jsonb;
alter table public.orders alter column placed type timestamptz;
alter table public.somewhere alter column name type text;
alter table public.orders alter column state type text using lower(state);
