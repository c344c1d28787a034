insert into public.orders (id, note, status, "note") values (1, 'a', 'new', 'b');
update public.orders set note = 'a', status = 'new',
    NOTE = 'b' where id = 1;
insert into public.orders (id, note) values (1, 'a')
on conflict (id) do update set note = excluded.note, note = 'c', status = 'x', status = 'y';
