-- ============================================================================
-- Migration: Membership helper functions
-- Description: Policies on participants that query participants would recurse,
--              so the check lives in a SECURITY DEFINER function instead.
-- ============================================================================

CREATE OR REPLACE FUNCTION public.is_participant(p_conversation_id UUID)
RETURNS BOOLEAN
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
    SELECT EXISTS (
        SELECT 1
        FROM public.participants p
        WHERE p.conversation_id = p_conversation_id
          AND p.user_id = auth.uid()
    );
$$;

CREATE OR REPLACE FUNCTION public.is_moderator(p_conversation_id UUID)
RETURNS BOOLEAN
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = ''
AS $$
    SELECT EXISTS (
        SELECT 1
        FROM public.participants p
        WHERE p.conversation_id = p_conversation_id
          AND p.user_id = auth.uid()
          AND p.role IN ('owner', 'moderator')
    );
$$;

-- Only signed-in users need these
REVOKE EXECUTE ON FUNCTION public.is_participant(UUID) FROM PUBLIC, anon;
REVOKE EXECUTE ON FUNCTION public.is_moderator(UUID) FROM PUBLIC, anon;
GRANT EXECUTE ON FUNCTION public.is_participant(UUID) TO authenticated;
GRANT EXECUTE ON FUNCTION public.is_moderator(UUID) TO authenticated;
