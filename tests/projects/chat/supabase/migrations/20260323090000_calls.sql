-- ============================================================================
-- Migration: Scheduled calls
-- Description: Two calls of one conversation must not overlap. An exclusion
--              constraint guarantees this, also for concurrent inserts.
-- ============================================================================

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA extensions;

DO $$ BEGIN
    CREATE TYPE public.call_state AS ENUM ('planned', 'running', 'ended', 'cancelled');
EXCEPTION
    WHEN duplicate_object THEN NULL;
END $$;

CREATE TABLE IF NOT EXISTS public.calls (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    conversation_id UUID NOT NULL REFERENCES public.conversations(id) ON DELETE CASCADE,
    host_id UUID REFERENCES public.profiles(id) ON DELETE SET NULL,
    state public.call_state NOT NULL DEFAULT 'planned',
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    during TSTZRANGE GENERATED ALWAYS AS (tstzrange(starts_at, ends_at)) STORED,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    CONSTRAINT calls_end_after_start CHECK (ends_at > starts_at),
    CONSTRAINT calls_no_overlap EXCLUDE USING gist (
        conversation_id WITH =,
        during WITH &&
    ) WHERE (state <> 'cancelled')
);

CREATE INDEX IF NOT EXISTS idx_calls_host_id ON public.calls(host_id);

ALTER TABLE public.calls ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Participants can view calls" ON public.calls;
CREATE POLICY "Participants can view calls" ON public.calls
    FOR SELECT TO authenticated
    USING (public.is_participant(conversation_id));

DROP POLICY IF EXISTS "Participants can plan calls" ON public.calls;
CREATE POLICY "Participants can plan calls" ON public.calls
    FOR INSERT TO authenticated
    WITH CHECK (host_id = (SELECT auth.uid()) AND public.is_participant(conversation_id));

DROP POLICY IF EXISTS "Hosts can change calls" ON public.calls;
CREATE POLICY "Hosts can change calls" ON public.calls
    FOR UPDATE TO authenticated
    USING (host_id = (SELECT auth.uid()))
    WITH CHECK (host_id = (SELECT auth.uid()));

GRANT SELECT, INSERT, UPDATE ON public.calls TO authenticated;
GRANT ALL ON public.calls TO service_role;

DROP TRIGGER IF EXISTS update_calls_updated_at ON public.calls;
CREATE TRIGGER update_calls_updated_at
    BEFORE UPDATE ON public.calls
    FOR EACH ROW
    EXECUTE FUNCTION public.update_updated_at_column();
