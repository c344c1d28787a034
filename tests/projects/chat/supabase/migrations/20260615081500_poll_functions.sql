-- ============================================================================
-- Migration: Functions for polls
-- ============================================================================

CREATE OR REPLACE FUNCTION public.create_poll(
    p_conversation_id UUID,
    p_question TEXT,
    p_options TEXT[],
    p_is_multiple BOOLEAN DEFAULT FALSE,
    p_closes_at TIMESTAMPTZ DEFAULT NULL
)
RETURNS UUID
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
    v_message UUID;
BEGIN
    IF NOT public.is_participant(p_conversation_id) THEN
        RAISE EXCEPTION 'You are not part of this conversation' USING ERRCODE = '42501';
    END IF;
    IF p_closes_at IS NOT NULL AND p_closes_at <= NOW() THEN
        RAISE EXCEPTION 'The poll would be closed already' USING ERRCODE = '22023';
    END IF;

    INSERT INTO public.messages (conversation_id, sender_id, kind, body)
    VALUES (p_conversation_id, auth.uid(), 'poll', p_question)
    RETURNING id INTO v_message;

    INSERT INTO public.polls (message_id, question, options, is_multiple, closes_at)
    VALUES (v_message, p_question, p_options, p_is_multiple, p_closes_at);

    RETURN v_message;
END;
$$;

CREATE OR REPLACE FUNCTION public.vote(p_message_id UUID, p_options SMALLINT[])
RETURNS VOID
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
    v_poll public.polls%ROWTYPE;
    v_conversation UUID;
BEGIN
    -- 1. The poll, and whether the caller may see it
    SELECT p.* INTO v_poll FROM public.polls p WHERE p.message_id = p_message_id FOR SHARE;
    SELECT m.conversation_id INTO v_conversation FROM public.messages m WHERE m.id = p_message_id;

    IF v_conversation IS NULL OR NOT public.is_participant(v_conversation) THEN
        RAISE EXCEPTION 'No such poll' USING ERRCODE = 'P0002';
    END IF;

    -- 2. The rules of this poll
    IF v_poll.closes_at <= NOW() THEN
        RAISE EXCEPTION 'This poll is closed' USING ERRCODE = '22023';
    END IF;
    IF NOT v_poll.is_multiple AND cardinality(p_options) > 1 THEN
        RAISE EXCEPTION 'Only one answer is possible' USING ERRCODE = '22023';
    END IF;
    IF EXISTS (SELECT 1 FROM unnest(p_options) AS o WHERE o NOT BETWEEN 1 AND cardinality(v_poll.options)) THEN
        RAISE EXCEPTION 'No such answer' USING ERRCODE = '22023';
    END IF;

    -- 3. Replace the votes of the caller
    DELETE FROM public.poll_votes
    WHERE message_id = p_message_id
      AND user_id = auth.uid();

    INSERT INTO public.poll_votes (message_id, user_id, option_number)
    SELECT p_message_id, auth.uid(), o
    FROM unnest(p_options) AS o;
END;
$$;

REVOKE EXECUTE ON FUNCTION public.create_poll(UUID, TEXT, TEXT[], BOOLEAN, TIMESTAMPTZ) FROM PUBLIC, anon;
REVOKE EXECUTE ON FUNCTION public.vote(UUID, SMALLINT[]) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION public.create_poll(UUID, TEXT, TEXT[], BOOLEAN, TIMESTAMPTZ) TO authenticated;
GRANT EXECUTE ON FUNCTION public.vote(UUID, SMALLINT[]) TO authenticated;
