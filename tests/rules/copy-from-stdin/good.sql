insert into public.plans (id, name) values (1, 'basic');
copy (select 1) to stdout;
