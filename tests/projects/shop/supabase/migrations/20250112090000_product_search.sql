create extension if not exists pg_trgm with schema extensions;

alter table products
  add column search tsvector generated always as (
    setweight(to_tsvector('english', coalesce(name, '')), 'A')
    || setweight(to_tsvector('english', coalesce(description, '')), 'B')
  ) stored;

create index products_search_idx on products using gin (search);
create index products_name_trgm_idx on products using gin (name extensions.gin_trgm_ops);

create or replace function search_products(term text, max_results integer default 20)
returns setof products
language sql
stable
as $$
  select p.*
  from products p
  where p.search @@ websearch_to_tsquery('english', term)
     or p.name % term
  order by ts_rank(p.search, websearch_to_tsquery('english', term)) desc, similarity(p.name, term) desc
  limit least(max_results, 100);
$$;

grant execute on function search_products(text, integer) to anon, authenticated;
