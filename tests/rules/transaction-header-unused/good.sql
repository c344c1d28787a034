-- bascule: transaction=false because the new value is used at once
alter type public.mood add value 'happy';
update public.orders set mood = 'happy' where id = 1;
