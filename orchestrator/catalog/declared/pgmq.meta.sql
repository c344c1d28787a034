-- Queues, without the moment at which they were made.
select 'queue' as kind, m.queue_name::text as identity,
       (select string_agg(v.key || '=' || v.value, E'\x1f' order by v.key)
          from jsonb_each_text(to_jsonb(m) - array['queue_name', 'created_at']) v) as definition
  from pgmq.meta m
