-- ============================================================================
-- Migration: Conversation overview
-- Description: Everything the list on the start screen needs in one query.
-- ============================================================================

CREATE OR REPLACE VIEW public.conversation_overview AS
SELECT
    c.id,
    c.kind,
    c.title,
    c.last_message_at,
    m.body AS last_message,
    s.display_name AS last_sender,
    (SELECT count(*) FROM public.participants p WHERE p.conversation_id = c.id) AS participant_count
FROM public.conversations c
LEFT JOIN LATERAL (
    SELECT x.body, x.sender_id
    FROM public.messages x
    WHERE x.conversation_id = c.id
      AND x.deleted_at IS NULL
    ORDER BY x.created_at DESC
    LIMIT 1
) m ON true
LEFT JOIN public.profiles s ON s.id = m.sender_id;

GRANT SELECT ON public.conversation_overview TO anon, authenticated;

COMMENT ON VIEW public.conversation_overview IS 'Conversations with their last message';
