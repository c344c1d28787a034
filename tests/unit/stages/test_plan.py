from collections.abc import Mapping
from dataclasses import replace

from orchestrator.domain.deployment import Done, Outcome
from orchestrator.domain.finding import Severity
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.plan import (
    Departure,
    HistoryRow,
    Hold,
    Leaving,
    OutOfOrder,
    Plan,
    Tree,
    WhenFilesChange,
    WhenFilesLeave,
)
from orchestrator.domain.target import TargetPolicy
from orchestrator.stages import plan

POLICY = TargetPolicy(name="staging", repository="app", branch="staging")
CUSTOMERS = "20260101120000_customers.sql"
ORDERS = "20260101130000_orders.sql"


def a_tree(*migrations: str, rollbacks: tuple[str, ...] = ()) -> Tree:
    return Tree(
        commit="c0ffee",
        author="Ada",
        subject="work",
        migrations=tuple(
            SqlFile(path=f"supabase/migrations/{name}", sha256=sha(name)) for name in migrations
        ),
        rollbacks=tuple(SqlFile(path=f"supabase/rollbacks/{name}", sha256=sha(name)) for name in rollbacks),
    )


def sha(content: str) -> str:
    return checksum(content.encode())


def planned(
    tree: Tree,
    *history: str,
    recorded: dict[str, str] | None = None,
    holds: tuple[Hold, ...] = (),
    policy: TargetPolicy = POLICY,
    contents: Mapping[str, bytes] | None = None,
    departure: Departure | None = None,
) -> Done[Plan]:
    return plan.run(
        tree,
        departure=departure,
        history=[HistoryRow(version=version) for version in history],
        recorded=recorded or {},
        holds=holds,
        policy=policy,
        contents=lambda sha256s: {**dict.fromkeys(sha256s, b""), **(contents or {})},
    )


def names(done: Done[Plan]) -> list[str]:
    assert done.gave is not None
    return [migration.file.name for migration in done.gave.pending]


def seen(done: Done[Plan]) -> list[tuple[str, Severity]]:
    return [
        (finding.rule, finding.severity) for finding in done.findings if finding.rule != "rollback-missing"
    ]


def test_what_the_history_lacks_is_pending_in_the_order_of_versions_as_text() -> None:
    done = planned(a_tree("9_b.sql", "10_a.sql", CUSTOMERS), "10")
    assert names(done) == [CUSTOMERS, "9_b.sql"]
    assert done.gave is not None
    assert done.gave.applied == 1
    assert done.outcome is Outcome.PASSED


def test_nothing_pending_is_skipped() -> None:
    done = planned(a_tree(CUSTOMERS), "20260101120000")
    assert (done.outcome, names(done), done.findings) == (Outcome.SKIPPED, [], ())


def test_nothing_pending_is_refused_all_the_same_when_the_history_is_wrong() -> None:
    assert planned(a_tree(), "20260101120000").outcome is Outcome.REFUSED


def test_a_pending_migration_comes_with_its_rollback() -> None:
    done = planned(a_tree(CUSTOMERS, rollbacks=("20260101120000_customers.down.sql",)))
    assert done.gave is not None
    assert [each.rollback and each.rollback.name for each in done.gave.pending] == [
        "20260101120000_customers.down.sql"
    ]
    assert done.findings == ()


def test_a_rollback_is_found_by_its_first_line_in_the_kept_contents() -> None:
    name = "20260109000000_rollback_customers.sql"
    content = b"\xef\xbb\xbf-- rollback-of: 20260101120000\r\ndrop table customers;"
    done = planned(a_tree(CUSTOMERS, rollbacks=(name,)), contents={sha(name): content})
    assert done.findings == ()


def test_a_rollback_that_is_not_text_is_an_orphan() -> None:
    name = "20260109000000_rollback_customers.sql"
    done = planned(a_tree(CUSTOMERS, rollbacks=(name,)), contents={sha(name): b"\0\xff"})
    assert seen(done) == [("rollback-orphan", Severity.WARNING)]


def test_a_missing_rollback_warns_and_passes() -> None:
    done = planned(a_tree(CUSTOMERS))
    assert [(finding.rule, finding.severity) for finding in done.findings] == [
        ("rollback-missing", Severity.WARNING)
    ]
    assert done.outcome is Outcome.PASSED


def test_out_of_order_is_refused_or_applied_as_the_target_says() -> None:
    tree = a_tree(CUSTOMERS, ORDERS)
    assert seen(planned(tree, "20260101130000")) == [("out-of-order", Severity.ERROR)]
    allowing = TargetPolicy(name="s", repository="app", branch="s", out_of_order=OutOfOrder.APPLY)
    done = planned(tree, "20260101130000", policy=allowing)
    assert (seen(done), names(done)) == ([("out-of-order", Severity.NOTE)], [CUSTOMERS])
    assert done.outcome is Outcome.PASSED


def test_files_that_left_fail_or_warn_as_the_target_says() -> None:
    assert seen(planned(a_tree(CUSTOMERS), "20250101000000")) == [("file-left", Severity.ERROR)]
    warning = TargetPolicy(name="s", repository="app", branch="s", when_files_leave=WhenFilesLeave.WARN)
    done = planned(a_tree(CUSTOMERS), "20250101000000", policy=warning)
    assert (seen(done), done.outcome) == ([("file-left", Severity.WARNING)], Outcome.PASSED)


def test_an_edited_file_is_refused_or_warned_about_as_the_target_says() -> None:
    recorded = {"20260101120000": sha("something else")}
    done = planned(a_tree(CUSTOMERS), "20260101120000", recorded=recorded)
    assert seen(done) == [("file-edited", Severity.ERROR)]
    warning = TargetPolicy(name="s", repository="app", branch="s", when_files_change=WhenFilesChange.WARN)
    done = planned(a_tree(CUSTOMERS), "20260101120000", recorded=recorded, policy=warning)
    assert (seen(done), done.outcome) == ([("file-edited", Severity.WARNING)], Outcome.SKIPPED)


def test_a_record_of_a_version_that_was_taken_back_does_not_count() -> None:
    done = planned(a_tree(CUSTOMERS), recorded={"20260101120000": sha("something else")})
    assert (seen(done), names(done)) == ([], [CUSTOMERS])


def a_hold(*members: tuple[str, str]) -> Hold:
    return Hold(id=1, deployment=7, members=members, reason="duplicate rows")


def test_a_held_migration_is_refused_whatever_else_is_pushed() -> None:
    done = planned(a_tree(CUSTOMERS, ORDERS), holds=(a_hold(("20260101120000", sha(CUSTOMERS))),))
    assert done.outcome is Outcome.REFUSED
    (finding,) = [finding for finding in done.findings if finding.rule == "held"]
    assert "deployment 7" in finding.message
    assert finding.remedy.endswith("bascule retry 7")


def test_a_hold_ends_when_one_of_its_files_changed_or_left_or_was_applied() -> None:
    both = a_hold(("20260101120000", sha(CUSTOMERS)), ("20260101130000", sha(ORDERS)))
    assert seen(planned(a_tree(CUSTOMERS, ORDERS), holds=(both,))) == [("held", Severity.ERROR)]
    assert seen(planned(a_tree(CUSTOMERS), holds=(both,))) == []
    assert seen(planned(a_tree(CUSTOMERS, ORDERS), "20260101120000", holds=(both,))) == []
    changed = a_hold(("20260101120000", sha("as it was")), ("20260101130000", sha(ORDERS)))
    assert seen(planned(a_tree(CUSTOMERS, ORDERS), holds=(changed,))) == []


def test_a_file_that_the_supabase_cli_skips_is_warned_about_and_never_pending() -> None:
    done = planned(a_tree("notes.sql"))
    assert (seen(done), done.outcome) == ([("file-name", Severity.WARNING)], Outcome.SKIPPED)


def told(done: Done[Plan]) -> list[tuple[str, Severity]]:
    return [(finding.rule, finding.severity) for finding in done.findings]


def test_an_author_may_say_why_there_is_no_rollback() -> None:
    reason = b"-- bascule: allow rollback-missing because nothing reads this table yet\ncreate table t ();"
    assert told(planned(a_tree(CUSTOMERS), contents={sha(CUSTOMERS): reason})) == []


def test_a_permission_for_a_finding_of_the_plan_that_nobody_needs_is_told() -> None:
    tree = a_tree(CUSTOMERS, rollbacks=(CUSTOMERS,))
    reason = b"-- bascule: allow rollback-missing because it is short\n-- bascule: allow drop-table because x"
    done = planned(tree, contents={sha(CUSTOMERS): reason})
    assert told(done) == [("permission-unused", Severity.WARNING)]


def test_the_operator_may_refuse_what_has_no_rollback_or_switch_the_rule_off() -> None:
    strict = replace(POLICY, severities={"rollback-missing": Severity.ERROR})
    done = planned(a_tree(CUSTOMERS), policy=strict)
    assert (told(done), done.outcome) == ([("rollback-missing", Severity.ERROR)], Outcome.REFUSED)
    assert (
        told(planned(a_tree(CUSTOMERS), policy=replace(POLICY, severities={"rollback-missing": None}))) == []
    )


REVERTS = TargetPolicy(name="s", repository="app", branch="s", when_files_leave=WhenFilesLeave.REVERT)
#: newer than both files
GONE = Migration(
    version="20270101000000",
    name="x",
    file=SqlFile(path="supabase/migrations/20270101000000_x.sql", sha256="0"),
)


def test_what_left_is_undone_by_the_plan_and_keeps_nothing_else_from_being_applied() -> None:
    departure = Departure(leaving=(Leaving(migration=GONE, deployment=7),))
    done = planned(a_tree(CUSTOMERS), "20270101000000", policy=REVERTS, departure=departure)
    assert done.gave is not None
    assert (done.gave.left, names(done), done.outcome) == ((GONE,), [CUSTOMERS], Outcome.PASSED)
    assert "file-left" not in [rule for rule, _ in seen(done)]
    only = planned(a_tree(), "20270101000000", policy=REVERTS, departure=departure)
    assert only.outcome is Outcome.PASSED
    hold = Hold(id=1, deployment=3, members=(("20270101000000", "0"),), reason="it failed")
    held = planned(a_tree(CUSTOMERS), "20270101000000", policy=REVERTS, departure=departure, holds=(hold,))
    assert ("held", Severity.ERROR) in seen(held)


def test_what_cannot_be_undone_refuses_with_its_reason_and_without_a_record_nobody_can_tell() -> None:
    refused = planned(
        a_tree(CUSTOMERS), "20250101000000", policy=REVERTS, departure=Departure(obstacles=("it is theirs",))
    )
    assert ("file-left", Severity.ERROR) in seen(refused)
    assert "it is theirs" in " ".join(finding.message for finding in refused.findings)
    unknown = planned(a_tree(CUSTOMERS), "20250101000000", policy=REVERTS)
    assert ("file-left", Severity.WARNING) in seen(unknown)
