-- ============================================================================
-- Migration: Push notifications
-- Description: Devices register a token; new messages go into a queue that the
--              edge function "push" empties.
-- ============================================================================

-- Step 1: Queue
CREATE EXTENSION IF NOT EXISTS pgmq;
SELECT pgmq.create('push');

-- Step 2: Device tokens
CREATE TABLE IF NOT EXISTS public.device_tokens (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES public.profiles(id) ON DELETE CASCADE,
    token TEXT NOT NULL UNIQUE,
    platform TEXT NOT NULL CHECK (platform IN ('ios', 'android', 'web')),
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE INDEX IF NOT EXISTS idx_device_tokens_user_id ON public.device_tokens(user_id);

ALTER TABLE public.device_tokens ENABLE ROW LEVEL SECURITY;

-- The app registers before the session is restored, so anon must be able to insert
DROP POLICY IF EXISTS "Devices can register" ON public.device_tokens;
CREATE POLICY "Devices can register" ON public.device_tokens
    FOR INSERT TO anon, authenticated
    WITH CHECK (true);

DROP POLICY IF EXISTS "Users can view their devices" ON public.device_tokens;
CREATE POLICY "Users can view their devices" ON public.device_tokens
    FOR SELECT TO authenticated
    USING (user_id = (SELECT auth.uid()));

DROP POLICY IF EXISTS "Users can remove their devices" ON public.device_tokens;
CREATE POLICY "Users can remove their devices" ON public.device_tokens
    FOR DELETE TO authenticated
    USING (user_id = (SELECT auth.uid()));

GRANT INSERT ON public.device_tokens TO anon;
GRANT SELECT, INSERT, DELETE ON public.device_tokens TO authenticated;
GRANT ALL ON public.device_tokens TO service_role;

-- Step 3: Enqueue for everybody who did not mute the conversation
CREATE OR REPLACE FUNCTION public.enqueue_push()
RETURNS TRIGGER
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
    v_sender TEXT;
    v_recipient RECORD;
BEGIN
    -- System messages are silent
    IF NEW.kind = 'system' THEN
        RETURN NULL;
    END IF;

    SELECT p.display_name INTO v_sender
    FROM public.profiles p
    WHERE p.id = NEW.sender_id;

    FOR v_recipient IN
        SELECT d.token, d.platform
        FROM public.participants p
        JOIN public.device_tokens d ON d.user_id = p.user_id
        WHERE p.conversation_id = NEW.conversation_id
          AND p.user_id IS DISTINCT FROM NEW.sender_id
          AND (p.muted_until IS NULL OR p.muted_until < NOW())
    LOOP
        PERFORM pgmq.send(
            'push',
            jsonb_build_object(
                'token', v_recipient.token,
                'platform', v_recipient.platform,
                'title', COALESCE(v_sender, 'New message'),
                'body', CASE NEW.kind
                    WHEN 'text' THEN left(NEW.body, 120)
                    WHEN 'image' THEN 'Photo'
                    ELSE 'File'
                END,
                'conversation_id', NEW.conversation_id
            )
        );
    END LOOP;

    RETURN NULL;
END;
$$;

DROP TRIGGER IF EXISTS enqueue_push_on_message ON public.messages;
CREATE TRIGGER enqueue_push_on_message
    AFTER INSERT ON public.messages
    FOR EACH ROW
    EXECUTE FUNCTION public.enqueue_push();
