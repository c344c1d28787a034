-- ============================================================================
-- Migration: Reports and moderation
-- ============================================================================

-- Step 1: Tables
CREATE TABLE IF NOT EXISTS public.reports (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    message_id UUID NOT NULL REFERENCES public.messages(id) ON DELETE CASCADE,
    reporter_id UUID NOT NULL REFERENCES public.profiles(id) ON DELETE CASCADE,
    reason TEXT NOT NULL CHECK (reason IN ('spam', 'abuse', 'illegal', 'other')),
    details TEXT,
    handled_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    UNIQUE (message_id, reporter_id)
);

CREATE TABLE IF NOT EXISTS public.moderation_actions (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    report_id UUID REFERENCES public.reports(id) ON DELETE SET NULL,
    user_id UUID NOT NULL REFERENCES public.profiles(id) ON DELETE CASCADE,
    action TEXT NOT NULL CHECK (action IN ('warning', 'mute', 'ban')),
    internal_note TEXT,
    until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

-- Step 2: Indexes
CREATE INDEX IF NOT EXISTS idx_reports_reporter_id ON public.reports(reporter_id);
CREATE INDEX IF NOT EXISTS idx_reports_open ON public.reports(created_at) WHERE handled_at IS NULL;
CREATE INDEX IF NOT EXISTS idx_moderation_actions_report_id ON public.moderation_actions(report_id);
CREATE INDEX IF NOT EXISTS idx_moderation_actions_user_id ON public.moderation_actions(user_id);

-- Step 3: Row Level Security
ALTER TABLE public.reports ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS "Users can report messages" ON public.reports;
CREATE POLICY "Users can report messages" ON public.reports
    FOR INSERT TO authenticated
    WITH CHECK (
        reporter_id = (SELECT auth.uid())
        AND EXISTS (SELECT 1 FROM public.messages m WHERE m.id = reports.message_id)
    );

DROP POLICY IF EXISTS "Users can view their reports" ON public.reports;
CREATE POLICY "Users can view their reports" ON public.reports
    FOR SELECT TO authenticated
    USING (reporter_id = (SELECT auth.uid()));

DROP POLICY IF EXISTS "Users can view actions against them" ON public.moderation_actions;
CREATE POLICY "Users can view actions against them" ON public.moderation_actions
    FOR SELECT TO authenticated
    USING (user_id = (SELECT auth.uid()));

-- Step 4: Grants
GRANT SELECT, INSERT ON public.reports TO authenticated;
GRANT SELECT ON public.moderation_actions TO authenticated;
GRANT ALL ON public.reports, public.moderation_actions TO service_role;
