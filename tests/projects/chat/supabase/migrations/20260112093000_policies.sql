-- ============================================================================
-- Migration: RLS policies
-- Description: Drops and recreates every policy so this file is idempotent.
-- ============================================================================

-- Profiles -------------------------------------------------------------------
DROP POLICY IF EXISTS "Profiles are visible to signed-in users" ON public.profiles;
CREATE POLICY "Profiles are visible to signed-in users" ON public.profiles
    FOR SELECT TO authenticated
    USING (true);

DROP POLICY IF EXISTS "Users can create their profile" ON public.profiles;
CREATE POLICY "Users can create their profile" ON public.profiles
    FOR INSERT TO authenticated
    WITH CHECK (auth.uid() = id);

DROP POLICY IF EXISTS "Users can update their profile" ON public.profiles;
CREATE POLICY "Users can update their profile" ON public.profiles
    FOR UPDATE TO authenticated
    USING (auth.uid() = id)
    WITH CHECK (auth.uid() = id);

-- Conversations --------------------------------------------------------------
DROP POLICY IF EXISTS "Participants can view conversations" ON public.conversations;
CREATE POLICY "Participants can view conversations" ON public.conversations
    FOR SELECT TO authenticated
    USING (public.is_participant(id));

DROP POLICY IF EXISTS "Moderators can update conversations" ON public.conversations;
CREATE POLICY "Moderators can update conversations" ON public.conversations
    FOR UPDATE TO authenticated
    USING (public.is_moderator(id))
    WITH CHECK (public.is_moderator(id));

-- Participants ---------------------------------------------------------------
DROP POLICY IF EXISTS "Participants can view each other" ON public.participants;
CREATE POLICY "Participants can view each other" ON public.participants
    FOR SELECT TO authenticated
    USING (public.is_participant(conversation_id));

DROP POLICY IF EXISTS "Moderators can add participants" ON public.participants;
CREATE POLICY "Moderators can add participants" ON public.participants
    FOR INSERT TO authenticated
    WITH CHECK (public.is_moderator(conversation_id));

DROP POLICY IF EXISTS "Users can leave conversations" ON public.participants;
CREATE POLICY "Users can leave conversations" ON public.participants
    FOR DELETE TO authenticated
    USING (auth.uid() = user_id OR public.is_moderator(conversation_id));

-- Messages -------------------------------------------------------------------
DROP POLICY IF EXISTS "Participants can read messages" ON public.messages;
CREATE POLICY "Participants can read messages" ON public.messages
    FOR SELECT TO authenticated
    USING (public.is_participant(conversation_id));

DROP POLICY IF EXISTS "Participants can send messages" ON public.messages;
CREATE POLICY "Participants can send messages" ON public.messages
    FOR INSERT TO authenticated
    WITH CHECK (auth.uid() = sender_id AND public.is_participant(conversation_id));

DROP POLICY IF EXISTS "Senders can edit their messages" ON public.messages;
CREATE POLICY "Senders can edit their messages" ON public.messages
    FOR UPDATE TO authenticated
    USING (auth.uid() = sender_id)
    WITH CHECK (auth.uid() = sender_id);

-- Service role ---------------------------------------------------------------
DROP POLICY IF EXISTS "Service role has full access to messages" ON public.messages;
CREATE POLICY "Service role has full access to messages" ON public.messages
    FOR ALL
    USING (auth.jwt() ->> 'role' = 'service_role');

-- Grants ---------------------------------------------------------------------
GRANT SELECT, INSERT, UPDATE ON public.profiles TO authenticated;
GRANT SELECT, UPDATE ON public.conversations TO authenticated;
GRANT SELECT, INSERT, DELETE ON public.participants TO authenticated;
GRANT SELECT, INSERT, UPDATE ON public.messages TO authenticated;
GRANT ALL ON public.profiles, public.conversations, public.participants, public.messages TO service_role;
