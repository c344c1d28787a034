-- ============================================================================
-- Migration: History of edited messages
-- ============================================================================

CREATE TABLE IF NOT EXISTS public.message_versions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id UUID NOT NULL REFERENCES public.messages(id) ON DELETE CASCADE,
    body TEXT,
    replaced_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE INDEX IF NOT EXISTS idx_message_versions_message_id ON public.message_versions(message_id);

ALTER TABLE public.message_versions ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Moderators can view versions" ON public.message_versions;
CREATE POLICY "Moderators can view versions" ON public.message_versions
    FOR SELECT TO authenticated
    USING (
        EXISTS (
            SELECT 1
            FROM public.messages m
            WHERE m.id = message_versions.message_id
              AND public.is_moderator(m.conversation_id)
        )
    );

GRANT SELECT ON public.message_versions TO authenticated;
GRANT ALL ON public.message_versions TO service_role;

CREATE OR REPLACE FUNCTION public.guard_message_update()
RETURNS TRIGGER
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
    -- ------------------------------------------------------------------
    -- 1. What never changes
    -- ------------------------------------------------------------------
    IF NEW.id IS DISTINCT FROM OLD.id
       OR NEW.conversation_id IS DISTINCT FROM OLD.conversation_id
       OR NEW.created_at IS DISTINCT FROM OLD.created_at
    THEN
        RAISE EXCEPTION 'A message cannot be moved' USING ERRCODE = '42501';
    END IF;

    -- The foreign key sets the sender to null when an account goes away
    IF NEW.sender_id IS DISTINCT FROM OLD.sender_id AND NEW.sender_id IS NOT NULL THEN
        RAISE EXCEPTION 'A message keeps its sender' USING ERRCODE = '42501';
    END IF;

    -- ------------------------------------------------------------------
    -- 2. Deleted messages stay deleted and lose their text
    -- ------------------------------------------------------------------
    IF OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NULL THEN
        RAISE EXCEPTION 'A deleted message cannot come back' USING ERRCODE = '22023';
    END IF;

    IF NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN
        NEW.body := NULL;
    END IF;

    -- ------------------------------------------------------------------
    -- 3. Edits: 15 minutes, and the old text is kept
    -- ------------------------------------------------------------------
    IF NEW.body IS DISTINCT FROM OLD.body THEN
        IF NEW.deleted_at IS NULL THEN
            IF OLD.created_at < NOW() - INTERVAL '15 minutes' THEN
                RAISE EXCEPTION 'This message is too old to be edited' USING ERRCODE = '22023';
            END IF;
            NEW.edited_at := NOW();
        END IF;

        INSERT INTO public.message_versions (message_id, body)
        VALUES (OLD.id, OLD.body);
    END IF;

    RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS guard_message_update ON public.messages;
CREATE TRIGGER guard_message_update
    BEFORE UPDATE ON public.messages
    FOR EACH ROW
    EXECUTE FUNCTION public.guard_message_update();
