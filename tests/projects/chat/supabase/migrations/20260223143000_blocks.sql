-- ============================================================================
-- Migration: Blocking users
-- ============================================================================

CREATE TABLE IF NOT EXISTS public.blocks (
    blocker_id UUID NOT NULL REFERENCES public.profiles(id) ON DELETE CASCADE,
    blocked_id UUID NOT NULL REFERENCES public.profiles(id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    PRIMARY KEY (blocker_id, blocked_id),
    CONSTRAINT blocks_not_self CHECK (blocker_id <> blocked_id)
);

CREATE INDEX IF NOT EXISTS idx_blocks_blocked_id ON public.blocks(blocked_id);

ALTER TABLE public.blocks ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users manage their blocks" ON public.blocks;
CREATE POLICY "Users manage their blocks" ON public.blocks
    FOR ALL TO authenticated
    USING (blocker_id = (SELECT auth.uid()))
    WITH CHECK (blocker_id = (SELECT auth.uid()));

GRANT SELECT, INSERT, DELETE ON public.blocks TO authenticated;
GRANT ALL ON public.blocks TO service_role;

-- No message reaches somebody who blocked the sender of a direct chat
CREATE OR REPLACE FUNCTION public.refuse_blocked_sender()
RETURNS TRIGGER
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM public.conversations c
        JOIN public.participants p ON p.conversation_id = c.id AND p.user_id <> NEW.sender_id
        JOIN public.blocks b ON b.blocker_id = p.user_id AND b.blocked_id = NEW.sender_id
        WHERE c.id = NEW.conversation_id
          AND c.kind = 'direct'
    ) THEN
        RAISE EXCEPTION 'This user does not accept messages from you' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS refuse_blocked_sender ON public.messages;
CREATE TRIGGER refuse_blocked_sender
    BEFORE INSERT ON public.messages
    FOR EACH ROW
    WHEN (NEW.sender_id IS NOT NULL)
    EXECUTE FUNCTION public.refuse_blocked_sender();
