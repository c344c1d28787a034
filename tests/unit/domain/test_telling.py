from dataclasses import replace
from datetime import UTC, datetime

from orchestrator.domain.deployment import Outcome, Stage, Status
from orchestrator.domain.event import EventKind, Message
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.telling import message_of
from tests.support.told_deployments import deployment, run
from tests.support.told_rehearsals import BROKEN, REHEARSAL, refusal

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def finding(severity: Severity, line: int, source: Source = Source.TREE) -> Finding:
    return Finding(
        rule="a-rule",
        severity=severity,
        source=source,
        message=f"{severity} at {line}",
        effect="Everybody waits",
        remedy=f"mend line {line}",
        file="supabase/migrations/1_a.sql",
        line=line,
    )


def refused(*findings: Finding, outcome: Outcome = Outcome.REFUSED) -> Message:
    ended = deployment(1, Status.REFUSED, stage=Stage.VALIDATE)
    runs = (run(Stage.CHECKOUT, {}), run(Stage.VALIDATE, None, outcome, findings=findings))
    message = message_of(ended, runs, EventKind.REFUSED, NOW, "https://bascule.example.com")
    assert message is not None
    return message


def test_only_what_refused_is_told_however_much_else_was_seen() -> None:
    warnings = [finding(Severity.WARNING, line) for line in range(1, 41)]
    notes = [finding(Severity.NOTE, line) for line in range(41, 61)]
    told = refused(*warnings, finding(Severity.ERROR, 99, Source.PREFLIGHT), *notes).reasons
    assert told == ("supabase/migrations/1_a.sql:99: error at 99. Everybody waits",)


def test_errors_of_every_source_are_told_in_the_order_of_their_places() -> None:
    sources = (Source.TREE, Source.SQUAWK, Source.STATISTICS, Source.PREFLIGHT)
    told = refused(*(finding(Severity.ERROR, 9 - line, each) for line, each in enumerate(sources))).reasons
    assert [reason.partition(": ")[0].rpartition(":")[2] for reason in told] == ["6", "7", "8", "9"]


def test_what_to_do_is_what_the_worst_finding_says() -> None:
    message = refused(finding(Severity.WARNING, 1), finding(Severity.ERROR, 5), finding(Severity.ERROR, 3))
    assert message.remedy == "mend line 3"


def test_a_refusal_by_a_rehearsal_names_each_migration_with_what_became_of_its_way_back() -> None:
    message = refusal(REHEARSAL)
    assert [reason.partition(". ")[0] for reason in message.reasons] == [
        (
            "20261121081000_drop_old_prices.sql: its rollback does not bring back the rows of "
            "public.old_prices; the position of sequence public.old_prices_id_seq"
        ),
        "20261121081500_more_moods.sql cannot be taken back: type public.mood changed",
        (
            "20261121082000_order_note_index.sql: after its rollback not all is as before: "
            "index public.orders_note_idx should not be there"
        ),
        (
            "20261121082500_recount_totals.sql has no rollback, and none could be drafted and proven: "
            "what the block in line 1 changes cannot be seen"
        ),
    ]
    assert message.remedy.startswith("Keep what supabase/rollbacks/20261121081000_drop_old_prices.sql has to")
    assert "swordfish" not in repr(message)


def test_a_migration_that_does_not_apply_on_the_copy_is_told_with_its_place() -> None:
    assert refusal(replace(REHEARSAL, rollbacks=(), failed=BROKEN)).reasons == (
        (
            'supabase/migrations/20261121080500_open_orders_view.sql:3:1: column "state" does not exist '
            "(SQLSTATE 42703). It would fail on the target as well; the target is untouched"
        ),
    )


def test_a_stage_that_passed_has_nothing_to_tell() -> None:
    assert refused(finding(Severity.WARNING, 1), outcome=Outcome.PASSED).reasons == ()


def test_what_left_the_branch_is_told_by_what_became_of_it() -> None:
    def left(kind: EventKind, stage: Stage, **gave: object) -> tuple[str, ...]:
        ended = deployment(1, Status(kind.value), stage=stage)
        told = message_of(
            ended, (run(Stage.APPLY, {"reverted": ["2", "1"]}), run(stage, gave)), kind, NOW, ""
        )
        assert told is not None
        return told.left

    assert left(EventKind.SUCCEEDED, Stage.SMOKE) == ("2", "1")
    assert left(EventKind.ROLLED_BACK, Stage.ROLLBACK, restored=["1", "2"], not_restored=[]) == ("1", "2")
    assert left(EventKind.STUCK, Stage.ROLLBACK, restored=["1"], not_restored=["2"]) == ("2",)
