-- ============================================================================
-- Migration: Full-text search over messages
-- Description: Generated column, so no trigger can be forgotten.
-- ============================================================================

ALTER TABLE public.messages
    ADD COLUMN IF NOT EXISTS body_search TSVECTOR
    GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, COALESCE(body, ''))) STORED;

CREATE INDEX IF NOT EXISTS idx_messages_body_search ON public.messages USING gin (body_search);

CREATE OR REPLACE FUNCTION public.search_messages(
    p_query TEXT,
    p_conversation_id UUID DEFAULT NULL,
    p_limit INTEGER DEFAULT 30
)
RETURNS TABLE (
    message_id UUID,
    conversation_id UUID,
    sender_id UUID,
    snippet TEXT,
    created_at TIMESTAMPTZ
)
LANGUAGE sql
STABLE
SECURITY INVOKER
SET search_path = ''
AS $$
    SELECT
        m.id,
        m.conversation_id,
        m.sender_id,
        ts_headline('simple'::regconfig, m.body, q.query),
        m.created_at
    FROM public.messages m
    CROSS JOIN LATERAL websearch_to_tsquery('simple'::regconfig, p_query) AS q(query)
    WHERE m.body_search @@ q.query
      AND m.deleted_at IS NULL
      AND (p_conversation_id IS NULL OR m.conversation_id = p_conversation_id)
    ORDER BY m.created_at DESC
    LIMIT LEAST(p_limit, 100);
$$;

REVOKE EXECUTE ON FUNCTION public.search_messages(TEXT, UUID, INTEGER) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION public.search_messages(TEXT, UUID, INTEGER) TO authenticated;
