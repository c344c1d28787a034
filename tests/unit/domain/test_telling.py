from datetime import UTC, datetime

from orchestrator.domain.deployment import Outcome, Stage, Status
from orchestrator.domain.event import EventKind, Message
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.telling import message_of
from tests.support.told_deployments import deployment, run

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


def test_a_stage_that_passed_has_nothing_to_tell() -> None:
    assert refused(finding(Severity.WARNING, 1), outcome=Outcome.PASSED).reasons == ()
