create materialized view bestsellers as
select p.id as product_id, p.name, p.slug, sum(i.quantity) as sold
from products p
join order_items i on i.product_id = p.id
join orders o on o.id = i.order_id
where o.created_at > now() - interval '30 days'
  and p.is_active
group by p.id, p.name, p.slug;

create unique index bestsellers_product_id on bestsellers (product_id);

grant select on bestsellers to anon, authenticated;

create extension if not exists pg_cron with schema pg_catalog;
grant usage on schema cron to postgres;

select cron.schedule(
  'refresh-bestsellers',
  '15 * * * *',
  'refresh materialized view concurrently public.bestsellers'
);
