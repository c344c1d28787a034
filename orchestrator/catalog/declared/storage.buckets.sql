-- Buckets are declared like schema: what they accept and whether they are public, not when or by whom.
select 'bucket' as kind, b.id as identity,
       (select string_agg(v.key || '=' || v.value, E'\x1f' order by v.key)
          from jsonb_each_text(to_jsonb(b) - array['id', 'owner', 'owner_id', 'created_at', 'updated_at']) v)
         as definition
  from storage.buckets b
