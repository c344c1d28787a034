alter table public.tasks add column search tsvector;

create or replace function private.index_task() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.search :=
    setweight(to_tsvector('pg_catalog.simple', coalesce(new.title, '')), 'A')
    || setweight(to_tsvector('pg_catalog.simple', coalesce(new.description, '')), 'C');
  return new;
end;
$$;

create trigger index_task before insert or update of title, description on public.tasks
for each row execute function private.index_task();

update public.tasks set title = title where search is null;

create index tasks_search_idx on public.tasks using gin (search);

create or replace function public.search_tasks(organisation uuid, query text)
returns table (id uuid, title text, project_id uuid, rank real)
language sql
stable
set search_path = ''
as $$
  select t.id, t.title, t.project_id, ts_rank(t.search, q.words)
  from public.tasks t
  cross join websearch_to_tsquery('pg_catalog.simple', query) as q (words)
  where t.organisation_id = organisation and t.search @@ q.words
  order by 4 desc
  limit 50;
$$;
