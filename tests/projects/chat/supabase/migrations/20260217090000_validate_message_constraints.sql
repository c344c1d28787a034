-- ============================================================================
-- Migration: Constraints on messages (part 2 of 2)
-- ============================================================================
ALTER TABLE public.messages VALIDATE CONSTRAINT messages_body_length;
ALTER TABLE public.messages VALIDATE CONSTRAINT messages_text_has_body;
ALTER TABLE public.conversations VALIDATE CONSTRAINT conversations_group_has_title;
