update public.orders set note = 'a', "Note" = 'b' where id = 1;
update public.orders set tags[1] = 'a', tags[2] = 'b' where id = 1;
insert into public.orders (id, note) values (1, 'a') on conflict (id) do update set note = 'c';
