create table public.plans (id int, name text);

COPY public.plans (id, name) FROM stdin;
1	basic
2	don't
\.

select 1;
