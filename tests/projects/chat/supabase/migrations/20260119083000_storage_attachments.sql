-- ============================================================================
-- Migration: Storage for attachments and avatars
-- Description: Path layout is <conversation id>/<message id>/<file name>
--              for attachments and <user id>/<file name> for avatars.
-- ============================================================================

-- Step 1: Buckets
INSERT INTO storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
VALUES
    ('attachments', 'attachments', false, 52428800, NULL),
    ('avatars', 'avatars', true, 2097152, ARRAY['image/png', 'image/jpeg', 'image/webp'])
ON CONFLICT (id) DO UPDATE
SET public = EXCLUDED.public,
    file_size_limit = EXCLUDED.file_size_limit,
    allowed_mime_types = EXCLUDED.allowed_mime_types;

-- Step 2: Attachments table
CREATE TABLE IF NOT EXISTS public.attachments (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    message_id UUID NOT NULL REFERENCES public.messages(id) ON DELETE CASCADE,
    object_path TEXT NOT NULL UNIQUE,
    mime_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL CHECK (size_bytes > 0),
    size_mb NUMERIC GENERATED ALWAYS AS (round(size_bytes / 1048576.0, 2)) STORED,
    width INTEGER,
    height INTEGER,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE INDEX IF NOT EXISTS idx_attachments_message_id ON public.attachments(message_id);

ALTER TABLE public.attachments ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Participants can view attachments" ON public.attachments;
CREATE POLICY "Participants can view attachments" ON public.attachments
    FOR SELECT TO authenticated
    USING (EXISTS (SELECT 1 FROM public.messages m WHERE m.id = message_id));

DROP POLICY IF EXISTS "Senders can add attachments" ON public.attachments;
CREATE POLICY "Senders can add attachments" ON public.attachments
    FOR INSERT TO authenticated
    WITH CHECK (EXISTS (SELECT 1 FROM public.messages m WHERE m.id = message_id AND m.sender_id = (SELECT auth.uid())));

GRANT SELECT, INSERT ON public.attachments TO authenticated;
GRANT ALL ON public.attachments TO service_role;

-- Step 3: Policies on objects
DROP POLICY IF EXISTS "Participants can download attachments" ON storage.objects;
CREATE POLICY "Participants can download attachments" ON storage.objects
    FOR SELECT TO authenticated
    USING (
        bucket_id = 'attachments'
        AND public.is_participant(((storage.foldername(name))[1])::uuid)
    );

DROP POLICY IF EXISTS "Participants can upload attachments" ON storage.objects;
CREATE POLICY "Participants can upload attachments" ON storage.objects
    FOR INSERT TO authenticated
    WITH CHECK (
        bucket_id = 'attachments'
        AND public.is_participant(((storage.foldername(name))[1])::uuid)
    );

DROP POLICY IF EXISTS "Users can upload their avatar" ON storage.objects;
CREATE POLICY "Users can upload their avatar" ON storage.objects
    FOR INSERT TO authenticated
    WITH CHECK (bucket_id = 'avatars' AND (storage.foldername(name))[1] = (SELECT auth.uid())::text);

DROP POLICY IF EXISTS "Users can replace their avatar" ON storage.objects;
CREATE POLICY "Users can replace their avatar" ON storage.objects
    FOR UPDATE TO authenticated
    USING (bucket_id = 'avatars' AND (storage.foldername(name))[1] = (SELECT auth.uid())::text)
    WITH CHECK (bucket_id = 'avatars' AND (storage.foldername(name))[1] = (SELECT auth.uid())::text);
