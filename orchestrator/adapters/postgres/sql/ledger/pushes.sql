-- name: store
-- See the function in schema/.
select s.is_new, s.deployments, s.superseded
  from bascule.store_push(%(repository)s, %(forge)s, %(receipt)s, %(event)s, %(headers)s, %(body)s, %(requests)s,
                          %(words)s) s;
