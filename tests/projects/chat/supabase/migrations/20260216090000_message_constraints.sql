-- ============================================================================
-- Migration: Constraints on messages (part 1 of 2)
-- Description: NOT VALID first so that no long lock is taken. Existing rows are
--              repaired here and checked in the next migration.
-- ============================================================================

ALTER TABLE public.messages
    ADD CONSTRAINT messages_body_length CHECK (char_length(body) <= 8000) NOT VALID;

ALTER TABLE public.messages
    ADD CONSTRAINT messages_text_has_body CHECK (kind <> 'text' OR deleted_at IS NOT NULL OR body IS NOT NULL) NOT VALID;

ALTER TABLE public.conversations
    ADD CONSTRAINT conversations_group_has_title CHECK (kind = 'direct' OR title IS NOT NULL) NOT VALID;

-- Repair what the first beta left behind
UPDATE public.messages SET body = left(body, 8000) WHERE char_length(body) > 8000;
UPDATE public.messages SET body = '' WHERE kind = 'text' AND body IS NULL AND deleted_at IS NULL;
UPDATE public.conversations SET title = 'Untitled' WHERE kind <> 'direct' AND title IS NULL;
