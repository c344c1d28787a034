-- ============================================================================
-- Migration: Polls
-- ============================================================================

-- Step 1: A new kind of message. It is used for the first time in the next migration.
ALTER TYPE public.message_kind ADD VALUE IF NOT EXISTS 'poll';

-- Step 2: Tables
CREATE TABLE IF NOT EXISTS public.polls (
    message_id UUID PRIMARY KEY REFERENCES public.messages(id) ON DELETE CASCADE,
    question TEXT NOT NULL CHECK (char_length(question) BETWEEN 1 AND 300),
    options TEXT[] NOT NULL CHECK (cardinality(options) BETWEEN 2 AND 12),
    is_multiple BOOLEAN NOT NULL DEFAULT FALSE,
    closes_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

CREATE TABLE IF NOT EXISTS public.poll_votes (
    message_id UUID NOT NULL REFERENCES public.polls(message_id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES public.profiles(id) ON DELETE CASCADE,
    option_number SMALLINT NOT NULL CHECK (option_number >= 1),
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    PRIMARY KEY (message_id, user_id, option_number)
);

CREATE INDEX IF NOT EXISTS idx_poll_votes_user_id ON public.poll_votes(user_id);

-- Step 3: Row Level Security
ALTER TABLE public.polls ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.poll_votes ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Participants can view polls" ON public.polls;
CREATE POLICY "Participants can view polls" ON public.polls
    FOR SELECT TO authenticated
    USING (EXISTS (SELECT 1 FROM public.messages m WHERE m.id = polls.message_id));

DROP POLICY IF EXISTS "Participants can view votes" ON public.poll_votes;
CREATE POLICY "Participants can view votes" ON public.poll_votes
    FOR SELECT TO authenticated
    USING (EXISTS (SELECT 1 FROM public.polls p WHERE p.message_id = poll_votes.message_id));

-- Step 4: Grants (writing goes through the functions of the next migration)
GRANT SELECT ON public.polls, public.poll_votes TO authenticated;
GRANT ALL ON public.polls, public.poll_votes TO service_role;
