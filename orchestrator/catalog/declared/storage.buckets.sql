-- Buckets are declared like schema: what they accept and whether they are public, not when or by whom.
select 'bucket' as kind, b.id as identity,
       (to_jsonb(b) - array['id', 'owner', 'owner_id', 'created_at', 'updated_at'])::text as definition
  from storage.buckets b
