-- name: store
-- No row: this receipt was stored before.
insert into bascule.push (repository, forge, receipt, event, headers, body)
values (%(repository)s, %(forge)s, %(receipt)s, %(event)s, %(headers)s, %(body)s)
on conflict do nothing
returning id;

-- name: deployments_of
select d.id from bascule.deployment d
  join bascule.push p on p.id = d.push
 where p.repository = %(repository)s and p.forge = %(forge)s and p.receipt = %(receipt)s
 order by d.id;
