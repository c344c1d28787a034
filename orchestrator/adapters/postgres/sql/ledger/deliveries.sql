-- name: newest
select p.*, (select array_agg(d.id order by d.id) from bascule.deployment d where d.push = p.id) as deployments
  from bascule.push p
 where p.repository = coalesce(%(repository)s, p.repository)
 order by p.id desc
 limit %(limit)s;

-- name: one
select p.*, (select array_agg(d.id order by d.id) from bascule.deployment d where d.push = p.id) as deployments
  from bascule.push p
 where p.id = %(number)s;
