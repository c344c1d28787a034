-- Queues, without the moment at which they were made.
select 'queue' as kind, m.queue_name::text as identity,
       (to_jsonb(m) - array['queue_name', 'created_at'])::text as definition
  from pgmq.meta m
