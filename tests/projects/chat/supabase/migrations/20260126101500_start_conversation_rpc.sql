-- ============================================================================
-- Migration: RPC to start a conversation
-- Description: Creates the conversation together with its participants in one
--              call. For a direct chat an existing one is returned.
-- ============================================================================

CREATE OR REPLACE FUNCTION public.start_conversation(
    p_user_ids UUID[],
    p_kind public.conversation_kind DEFAULT 'direct',
    p_title TEXT DEFAULT NULL
)
RETURNS UUID
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
    v_me UUID := auth.uid();
    v_others UUID[];
    v_known INTEGER;
    v_existing UUID;
    v_conversation UUID;
BEGIN
    -- ------------------------------------------------------------------
    -- 1. Validate the caller
    -- ------------------------------------------------------------------
    IF v_me IS NULL THEN
        RAISE EXCEPTION 'Authentication required' USING ERRCODE = '42501';
    END IF;

    -- ------------------------------------------------------------------
    -- 2. Normalise the list of users: no duplicates, not myself
    -- ------------------------------------------------------------------
    SELECT array_agg(DISTINCT u)
    INTO v_others
    FROM unnest(p_user_ids) AS u
    WHERE u IS NOT NULL AND u <> v_me;

    IF v_others IS NULL THEN
        RAISE EXCEPTION 'At least one other user is required' USING ERRCODE = '22023';
    END IF;

    SELECT count(*) INTO v_known FROM public.profiles WHERE id = ANY (v_others);
    IF v_known <> cardinality(v_others) THEN
        RAISE EXCEPTION 'Unknown user in list' USING ERRCODE = '22023';
    END IF;

    -- ------------------------------------------------------------------
    -- 3. Direct chats exist once for each pair
    -- ------------------------------------------------------------------
    IF p_kind = 'direct' THEN
        IF cardinality(v_others) <> 1 THEN
            RAISE EXCEPTION 'A direct chat has exactly two people' USING ERRCODE = '22023';
        END IF;

        SELECT c.id
        INTO v_existing
        FROM public.conversations c
        JOIN public.participants a ON a.conversation_id = c.id AND a.user_id = v_me
        JOIN public.participants b ON b.conversation_id = c.id AND b.user_id = v_others[1]
        WHERE c.kind = 'direct'
        LIMIT 1;

        IF v_existing IS NOT NULL THEN
            RETURN v_existing;
        END IF;
    ELSIF COALESCE(trim(p_title), '') = '' THEN
        RAISE EXCEPTION 'A group needs a title' USING ERRCODE = '22023';
    END IF;

    -- ------------------------------------------------------------------
    -- 4. Create everything
    -- ------------------------------------------------------------------
    INSERT INTO public.conversations (kind, title, created_by)
    VALUES (p_kind, NULLIF(trim(p_title), ''), v_me)
    RETURNING id INTO v_conversation;

    INSERT INTO public.participants (conversation_id, user_id, role)
    VALUES (v_conversation, v_me, 'owner');

    INSERT INTO public.participants (conversation_id, user_id)
    SELECT v_conversation, u
    FROM unnest(v_others) AS u;

    RETURN v_conversation;
END;
$$;

REVOKE EXECUTE ON FUNCTION public.start_conversation(UUID[], public.conversation_kind, TEXT) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION public.start_conversation(UUID[], public.conversation_kind, TEXT) TO authenticated;

COMMENT ON FUNCTION public.start_conversation(UUID[], public.conversation_kind, TEXT) IS
    'Starts a conversation or returns the direct chat that exists already';
