-- ============================================================================
-- Migration: Realtime
-- Description: Adds tables to the publication; skips what is there already.
-- ============================================================================
DO $$
DECLARE
    v_table TEXT;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['messages', 'reactions', 'participants', 'conversations']
    LOOP
        IF NOT EXISTS (
            SELECT 1
            FROM pg_publication_tables
            WHERE pubname = 'supabase_realtime'
              AND schemaname = 'public'
              AND tablename = v_table
        ) THEN
            EXECUTE format('ALTER PUBLICATION supabase_realtime ADD TABLE public.%I', v_table);
        END IF;
    END LOOP;
END $$;

-- Deleted reactions must say whose they were
ALTER TABLE public.reactions REPLICA IDENTITY FULL;

-- Private broadcast channels: topic is 'conversation:<id>'
DROP POLICY IF EXISTS "Participants can listen" ON realtime.messages;
CREATE POLICY "Participants can listen" ON realtime.messages
    FOR SELECT TO authenticated
    USING (
        realtime.topic() LIKE 'conversation:%'
        AND public.is_participant(split_part(realtime.topic(), ':', 2)::uuid)
    );

DROP POLICY IF EXISTS "Participants can broadcast" ON realtime.messages;
CREATE POLICY "Participants can broadcast" ON realtime.messages
    FOR INSERT TO authenticated
    WITH CHECK (
        realtime.topic() LIKE 'conversation:%'
        AND public.is_participant(split_part(realtime.topic(), ':', 2)::uuid)
    );
