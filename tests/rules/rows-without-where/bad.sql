update public.orders set currency = 'EUR';
delete from public.orders;
with gone as (delete from public.orders returning id) select count(*) from gone;
do $$ begin
    update public.orders set currency = upper(currency);
end $$;
