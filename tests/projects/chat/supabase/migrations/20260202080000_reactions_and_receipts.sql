-- ============================================================================
-- Migration: Reactions and read receipts
-- ============================================================================

CREATE TABLE IF NOT EXISTS public.reactions (
    message_id UUID NOT NULL REFERENCES public.messages(id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES public.profiles(id) ON DELETE CASCADE,
    emoji TEXT NOT NULL CHECK (char_length(emoji) BETWEEN 1 AND 8),
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    PRIMARY KEY (message_id, user_id, emoji)
);

CREATE INDEX IF NOT EXISTS idx_reactions_user_id ON public.reactions(user_id);

ALTER TABLE public.reactions ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Participants can view reactions" ON public.reactions;
CREATE POLICY "Participants can view reactions" ON public.reactions
    FOR SELECT TO authenticated
    USING (EXISTS (SELECT 1 FROM public.messages m WHERE m.id = reactions.message_id));

DROP POLICY IF EXISTS "Users can react" ON public.reactions;
CREATE POLICY "Users can react" ON public.reactions
    FOR INSERT TO authenticated
    WITH CHECK (
        user_id = (SELECT auth.uid())
        AND EXISTS (SELECT 1 FROM public.messages m WHERE m.id = reactions.message_id)
    );

DROP POLICY IF EXISTS "Users can take reactions back" ON public.reactions;
CREATE POLICY "Users can take reactions back" ON public.reactions
    FOR DELETE TO authenticated
    USING (user_id = (SELECT auth.uid()));

GRANT SELECT, INSERT, DELETE ON public.reactions TO authenticated;
GRANT ALL ON public.reactions TO service_role;

-- Read receipts live in participants.last_read_at
CREATE OR REPLACE FUNCTION public.mark_read(p_conversation_id UUID)
RETURNS VOID
LANGUAGE sql
SECURITY DEFINER
SET search_path = ''
AS $$
    UPDATE public.participants
    SET last_read_at = NOW()
    WHERE conversation_id = p_conversation_id
      AND user_id = auth.uid();
$$;

REVOKE EXECUTE ON FUNCTION public.mark_read(UUID) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION public.mark_read(UUID) TO authenticated;
