-- for the dashboard of the back office
create view customer_sales as
select
  o.user_id,
  u.email,
  count(*) as orders,
  sum(o.total) as revenue,
  max(o.created_at) as last_order
from orders o
join auth.users u on u.id = o.user_id
where o.status <> 'cancelled'
group by o.user_id, u.email;

create view product_ratings with (security_invoker = on) as
select product_id, round(avg(stars), 1) as stars, count(*) as reviews
from reviews
group by product_id;

grant select on customer_sales to authenticated;
grant select on product_ratings to anon, authenticated;
