truncate public.cache;
truncate table only public.lines, public.cache restart identity;
truncate public.files cascade;
