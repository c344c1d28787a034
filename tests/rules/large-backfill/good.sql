update public.events set kind = 'view' where id = 7;
delete from public.events where code in ('a', 'b');
insert into public.copies (id, kind) values (1, 'view'), (2, 'view');
insert into public.copies (id, kind) select id, name from public.plans;
insert into public.events (id, kind) select 1, 'view' where true;
update public.plans set name = 'Free' where name is null;
