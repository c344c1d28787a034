-- ============================================================================
-- Migration: Account deletion
-- Description: Called by the app from Settings > Delete account. Must run with
--              elevated rights because the user cannot delete from auth.users.
-- ============================================================================

CREATE OR REPLACE FUNCTION public.delete_account(p_user_id UUID)
RETURNS VOID
LANGUAGE plpgsql
SECURITY DEFINER
AS $$
BEGIN
    -- Remove the text of everything this user wrote
    UPDATE messages
    SET deleted_at = COALESCE(deleted_at, NOW())
    WHERE sender_id = p_user_id;

    -- Leave groups; direct chats stay for the other person
    DELETE FROM participants
    WHERE user_id = p_user_id;

    DELETE FROM device_tokens
    WHERE user_id = p_user_id;

    -- The profile goes with it
    DELETE FROM auth.users
    WHERE id = p_user_id;
END;
$$;

GRANT EXECUTE ON FUNCTION public.delete_account(UUID) TO anon, authenticated;
