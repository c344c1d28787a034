update public.events set kind = 'view' where kind is null;
delete from public.events where kind = 'old';
insert into public.copies (id, kind) select id, kind from public.events join public.plans p using (id);
update public.events set kind = 'view' where id > 7 and code is null;
