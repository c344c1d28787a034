-- ============================================================================
-- Migration: Retention
-- Description: Conversations may keep their messages for a limited time only.
-- ============================================================================

CREATE EXTENSION IF NOT EXISTS pg_cron WITH SCHEMA pg_catalog;

ALTER TABLE public.conversations
    ADD COLUMN IF NOT EXISTS keep_days INTEGER DEFAULT NULL
    CHECK (keep_days IS NULL OR keep_days BETWEEN 1 AND 3650);

COMMENT ON COLUMN public.conversations.keep_days IS 'Messages older than this are removed; NULL keeps them';

CREATE OR REPLACE FUNCTION public.purge_old_messages(p_batch INTEGER DEFAULT 5000)
RETURNS INTEGER
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
    v_deleted INTEGER;
BEGIN
    WITH doomed AS (
        SELECT m.id
        FROM public.messages m
        JOIN public.conversations c ON c.id = m.conversation_id
        WHERE c.keep_days IS NOT NULL
          AND m.created_at < NOW() - make_interval(days => c.keep_days)
        LIMIT p_batch
    )
    DELETE FROM public.messages m
    USING doomed
    WHERE m.id = doomed.id;

    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    RETURN v_deleted;
END;
$$;

REVOKE EXECUTE ON FUNCTION public.purge_old_messages(INTEGER) FROM PUBLIC, anon, authenticated;

-- Replace the job if it exists
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM cron.job WHERE jobname = 'purge-old-messages') THEN
        PERFORM cron.unschedule('purge-old-messages');
    END IF;
END $$;

SELECT cron.schedule('purge-old-messages', '*/10 * * * *', 'SELECT public.purge_old_messages()');
