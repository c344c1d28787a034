-- name: take_due
-- The oldest due notification of each channel that has none out; ours for a minute.
with due as (
  select distinct on (n.channel) n.id
    from bascule.notification n
   where n.delivered is null and n.given_up is null
     and n.next_attempt <= clock_timestamp()
     and not exists (select from bascule.notification o
                      where o.channel = n.channel and o.delivered is null and o.given_up is null
                        and o.taken_until > clock_timestamp())
   order by n.channel, n.id
   limit %(limit)s),
taken as (
  select n.id from bascule.notification n join due using (id) for update of n skip locked)
update bascule.notification n
   set taken_until = clock_timestamp() + interval '60 s', attempts = n.attempts + 1
  from taken
 where n.id = taken.id and (n.taken_until is null or n.taken_until <= clock_timestamp())
returning n.id, n.channel, n.attempts - 1 as attempts, n.message;

-- name: deliver
insert into bascule.delivery (notification, attempt, problem)
select n.id, n.attempts, %(problem)s from bascule.notification n where n.id = %(notification)s
on conflict do nothing;

-- name: settle
update bascule.notification
   set taken_until = null,
       delivered = case when %(arrived)s then clock_timestamp() end,
       given_up = case when not %(arrived)s and %(seconds)s::float8 is null then clock_timestamp() end,
       next_attempt = clock_timestamp() + make_interval(secs => %(seconds)s)
 where id = %(notification)s;
