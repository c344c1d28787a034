-- ============================================================================
-- Migration: Triggers
-- ============================================================================
BEGIN;

-- Keep updated_at current
CREATE OR REPLACE FUNCTION public.update_updated_at_column()
RETURNS TRIGGER
LANGUAGE plpgsql
AS $$
BEGIN
    NEW.updated_at = NOW();
    RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS update_profiles_updated_at ON public.profiles;
CREATE TRIGGER update_profiles_updated_at
    BEFORE UPDATE ON public.profiles
    FOR EACH ROW
    EXECUTE FUNCTION public.update_updated_at_column();

DROP TRIGGER IF EXISTS update_conversations_updated_at ON public.conversations;
CREATE TRIGGER update_conversations_updated_at
    BEFORE UPDATE ON public.conversations
    FOR EACH ROW
    EXECUTE FUNCTION public.update_updated_at_column();

-- Remember when something was last said
CREATE OR REPLACE FUNCTION public.touch_conversation()
RETURNS TRIGGER
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
    UPDATE public.conversations
    SET last_message_at = NEW.created_at
    WHERE id = NEW.conversation_id
      AND (last_message_at IS NULL OR last_message_at < NEW.created_at);
    RETURN NULL;
END;
$$;

DROP TRIGGER IF EXISTS touch_conversation_on_message ON public.messages;
CREATE TRIGGER touch_conversation_on_message
    AFTER INSERT ON public.messages
    FOR EACH ROW
    EXECUTE FUNCTION public.touch_conversation();

-- Create a profile on sign-up; the handle is derived from the e-mail address
CREATE OR REPLACE FUNCTION public.handle_new_user()
RETURNS TRIGGER
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
    v_base TEXT;
    v_handle TEXT;
    v_suffix INTEGER := 0;
BEGIN
    v_base := regexp_replace(lower(split_part(COALESCE(NEW.email, 'user'), '@', 1)), '[^a-z0-9_]', '', 'g');
    v_base := left(rpad(v_base, 3, '0'), 18);
    v_handle := v_base;

    WHILE EXISTS (SELECT 1 FROM public.profiles WHERE lower(handle::text) = v_handle) LOOP
        v_suffix := v_suffix + 1;
        v_handle := v_base || v_suffix::text;
    END LOOP;

    INSERT INTO public.profiles (id, handle, display_name)
    VALUES (
        NEW.id,
        v_handle,
        COALESCE(NEW.raw_user_meta_data ->> 'display_name', v_handle)
    )
    ON CONFLICT (id) DO NOTHING;

    RETURN NEW;
END;
$$;

DROP TRIGGER IF EXISTS on_auth_user_created ON auth.users;
CREATE TRIGGER on_auth_user_created
    AFTER INSERT ON auth.users
    FOR EACH ROW
    EXECUTE FUNCTION public.handle_new_user();

COMMIT;
