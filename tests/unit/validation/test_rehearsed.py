"""What a rehearsal showed, as findings: what they weigh, who may silence them, what is not told twice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import CopyOrigin, Rehearsal, ScratchCopy
from orchestrator.domain.shape import Name, Shape
from orchestrator.domain.survey import LongTransaction, Size, Survey
from orchestrator.validation.rehearsed import rehearsal_findings
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from tests.support.rehearsals import findings_of

VERSION = "20260101120000"
FILE = f"{VERSION}_orders.sql"
PATH = f"supabase/migrations/{FILE}"
ORDERS = Name("public", "orders")
MILLIONS = Size(rows=12_400_000, bytes=3_100_000_000)
REWRITE = {"line": 1, "locks": {"public.orders": "AccessExclusiveLock"}, "rewrites": ["public.orders"]}
SCAN = {"line": 1, "locks": {"public.orders": "ShareLock"}, "scans": ["public.orders"]}
LEFT = {"kind": "index", "identity": "public.orders_note", "after": "(note)"}


def terms_of(sizes: Mapping[Name, Size], *transactions: LongTransaction, **more: Any) -> Terms:
    survey = Survey(
        target="staging", server_major=18, shape=Shape(), sizes=sizes, long_transactions=transactions
    )
    return Terms(survey=survey, **more)


def told(
    sql: str = "select public.change();", terms: Terms | None = None, **more: Any
) -> tuple[Finding, ...]:
    return findings_of({"migrations": {FILE: sql}, **more}, terms or Terms())


def proven(verdict: str, **more: Any) -> Sequence[Mapping[str, Any]]:
    return [{"version": VERSION, "verdict": verdict, **more}]


def rules(findings: Sequence[Finding]) -> list[tuple[str, Severity]]:
    return [(finding.rule, finding.severity) for finding in findings]


def test_a_rehearsal_that_shows_nothing_says_nothing() -> None:
    assert told(rollbacks=[FILE], proofs=proven("proven"), trace=[{"line": 1}]) == ()


@pytest.mark.parametrize(
    ("proof", "rule"),
    [
        (proven("lossy", losses=["the rows of public.log"]), "rollback-lossy"),
        (proven("irreversible", residue=[LEFT]), "rollback-irreversible"),
        (proven("unproven", residue=[LEFT]), "rollback-unproven"),
        (proven("missing", source="none", residue=[LEFT]), "rollback-missing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_verdict_but_proven_is_an_error_that_author_or_operator_may_ease(proof, rule) -> None:
    (finding,) = told(proofs=proof)
    assert rules([finding]) == [(rule, Severity.ERROR)]
    assert (finding.source, finding.file, finding.line) == (Source.REHEARSAL, PATH, None)
    allowed = f"select 1;\nselect public.change(); -- bascule: allow {rule} because it is known"
    assert told(allowed, proofs=proof) == ()
    eased = Terms(severities={rule: Severity.WARNING})
    assert rules(told(terms=eased, proofs=proof)) == [(rule, Severity.WARNING)]
    assert told(terms=Terms(severities={rule: None}), proofs=proof) == ()


def test_what_could_not_be_drafted_says_what_stood_in_the_way_and_which_file_to_write() -> None:
    (finding,) = told(proofs=proven("missing", source="none", residue=[LEFT]))
    assert finding.message == (
        f"{FILE} has no rollback, and none could be drafted and proven: "
        "index public.orders_note should not be there"
    )
    assert finding.remedy == f"Write supabase/rollbacks/{FILE}"


def test_definitions_are_never_shown() -> None:
    secret = {**LEFT, "before": "default=hunter2", "after": "default=hunter3"}
    for verdict in ("irreversible", "unproven", "missing"):
        (finding,) = told(proofs=proven(verdict, residue=[secret]))
        assert "hunter" not in repr(finding)


def test_a_permission_that_the_rehearsal_did_not_need_is_told() -> None:
    sql = "-- bascule: allow rollback-lossy because of history\nselect public.change();"
    (finding,) = told(sql, rollbacks=[FILE], proofs=proven("proven"))
    assert (finding.rule, finding.severity, finding.line) == ("permission-unused", Severity.WARNING, 1)
    (finding,) = told(sql, terms_of({}), rollbacks=[FILE], proofs=proven("proven"))
    assert (finding.rule, finding.severity) == ("permission-unused", Severity.NOTE)


def test_a_rehearsal_that_ended_early_does_not_know_which_permissions_are_needed() -> None:
    sql = "-- bascule: allow rollback-lossy because of history\nselect public.change();"
    failed = {"message": "no", "file": PATH, "line": 2, "column": 8, "sqlstate": "42883"}
    assert rules(told(sql, failed=failed)) == [("rehearsal-failed", Severity.ERROR)]
    again = told(sql, failed=failed, failed_again=True, proofs=proven("proven"))
    assert [rule for rule, _ in rules(again)] == ["rehearsal-not-repeatable", "permission-unused"]


def test_the_review_leaves_permissions_for_the_rehearsal_alone_but_not_impossible_ones() -> None:
    def reviewed(rule: str) -> set[str]:
        sql = f"-- bascule: allow {rule} because of history\nselect 1;".encode()
        found = review([SqlText(path=PATH, content=sql)], Terms())
        return {finding.rule for finding in found}

    assert reviewed("rollback-irreversible") == set()
    assert reviewed("table-scanned") == set()
    assert reviewed("rehearsal-failed") == {"permission-invalid"}


def test_permissions_for_other_rules_are_not_judged_by_the_rehearsal() -> None:
    sql = "-- bascule: allow drop-column because x\n-- bascule: allow rollback-missing because y\nselect 1;"
    assert told(sql, rollbacks=[FILE], proofs=proven("proven")) == ()


def test_a_failure_stands_where_the_server_said_and_cannot_be_allowed() -> None:
    failed = {
        "message": f'{PATH}:3:9: column "a" does not exist',
        "remedy": "mend it",
        "file": PATH,
        "line": 3,
        "column": 9,
        "sqlstate": "42703",
        "detail": "There is a column b",
    }
    (finding,) = told("-- bascule: allow rehearsal-failed because I want\nselect 1;", failed=failed)
    assert (finding.file, finding.line, finding.column) == (PATH, 3, 9)
    assert finding.message == 'column "a" does not exist; There is a column b (SQLSTATE 42703)'
    assert finding.remedy == "mend it"


def test_a_failure_without_a_place_is_told_all_the_same() -> None:
    (finding,) = told(failed={"message": "too slow", "file": PATH, "line": None, "column": None})
    assert (finding.message, finding.file, finding.line) == ("too slow", PATH, None)


@pytest.mark.parametrize(
    ("size", "severity", "effect"),
    [
        (MILLIONS, Severity.ERROR, "Reads and writes wait for about 43 s (rewrite)"),
        (
            Size(rows=1_000_000, bytes=100_000_000),
            Severity.WARNING,
            "Reads and writes wait for about 2 s (rewrite)",
        ),
        (Size(rows=10, bytes=8192), Severity.NOTE, "Reads and writes wait for about 1 ms (rewrite)"),
    ],
    ids=["large", "middling", "small"],
)
def test_a_rewrite_weighs_what_the_targets_table_weighs(size, severity, effect) -> None:
    (finding,) = told(terms=terms_of({ORDERS: size}), trace=[REWRITE])
    assert (finding.severity, finding.effect, finding.object) == (severity, effect, "public.orders")


def test_a_rewrite_names_table_rows_size_and_lock() -> None:
    (finding,) = told(terms=terms_of({ORDERS: MILLIONS}), trace=[REWRITE])
    assert finding.message == (
        "public.orders (about 12.4 million rows in 3.1 GB) is written anew under ACCESS EXCLUSIVE"
    )


def test_without_sizes_a_rewrite_is_a_warning_and_says_so_on_a_target() -> None:
    (finding,) = told(trace=[REWRITE])
    assert finding.severity is Severity.WARNING
    (finding,) = told(terms=terms_of({}), trace=[REWRITE])
    assert finding.severity is Severity.WARNING
    assert finding.effect.endswith("how much public.orders holds is not known")


def test_partitions_that_are_rewritten_together_are_one_finding_and_weigh_together() -> None:
    names = [f"public.events_{number}" for number in range(4)]
    trace = [{"line": 1, "rewrites": names}]
    sizes = {
        Name("public", f"events_{number}"): Size(rows=1_000_000, bytes=100_000_000) for number in range(4)
    }
    (finding,) = told(terms=terms_of(sizes), trace=trace)
    assert finding.message.startswith(
        "public.events_0 (about 1.0 million rows in 100.0 MB) and 3 more tables are"
    )
    assert finding.effect == "Reads and writes wait for about 8 s (rewrite)"
    del sizes[Name("public", "events_3")]
    (finding,) = told(terms=terms_of(sizes), trace=trace)
    assert finding.severity is Severity.ERROR
    assert finding.effect.endswith("how much public.events_3 holds is not known")


def test_a_table_with_a_name_in_quotes_has_its_size() -> None:
    trace = [{"line": 1, "rewrites": ['public."order "".s"']}]
    (finding,) = told(terms=terms_of({Name("public", 'order ".s'): MILLIONS}), trace=trace)
    assert (finding.severity, finding.object) == (Severity.ERROR, 'public.order ".s')


def test_a_scan_weighs_by_what_it_is_for_and_who_waits() -> None:
    size = Size(rows=1_000_000, bytes=100_000_000)
    (finding,) = told(terms=terms_of({ORDERS: size}), trace=[SCAN])
    assert finding.effect == "Writes wait for about 300 ms (scan)"
    index = "create index i on public.orders using gin (tags);"
    (finding,) = told(index, terms_of({ORDERS: size}), trace=[SCAN])
    assert (finding.severity, finding.effect) == (
        Severity.ERROR,
        "Writes wait for about 10 s (GIN index build)",
    )


@pytest.mark.parametrize("mode", ["AccessShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock"])
def test_a_scan_under_a_lock_that_lets_others_write_is_no_finding(mode: str) -> None:
    assert told(trace=[{**SCAN, "locks": {"public.orders": mode}}]) == ()


def test_a_lock_ends_with_its_migration() -> None:
    later = "20260101130000_fill.sql"
    trace = [
        {"line": 1, "locks": {"public.orders": "AccessExclusiveLock"}},
        {"line": 1, "file": later, "scans": ["public.orders"]},
    ]
    migrations = {FILE: "select public.change();", later: "select public.fill();"}
    assert findings_of({"migrations": migrations, "trace": trace}) == ()


SAID = {"line": 1, "about": "public.orders"}


def test_what_the_review_said_of_a_statement_is_not_told_again() -> None:
    sql = "create index i on public.orders (a);"
    assert told(sql, trace=[SCAN], said=[{"rule": "index-blocks-writes", **SAID}]) == ()
    assert rules(told(sql, trace=[SCAN], said=[{"rule": "comment-missing", **SAID}])) == [
        ("table-scanned", Severity.WARNING)
    ]
    elsewhere = [{"rule": "index-blocks-writes", **SAID, "line": 9}]
    assert [rule for rule, _ in rules(told(sql, trace=[SCAN], said=elsewhere))] == ["table-scanned"]


def test_that_a_table_is_read_does_not_tell_that_it_is_rewritten() -> None:
    sql = "alter table public.orders add check (a > 0), alter a type bigint;"
    assert [
        rule for rule, _ in rules(told(sql, trace=[REWRITE], said=[{"rule": "check-scans-table", **SAID}]))
    ] == ["table-rewritten"]
    assert told(sql, trace=[REWRITE], said=[{"rule": "type-change-rewrites-table", **SAID}]) == ()


def test_of_a_block_only_the_table_that_was_spoken_of_is_told_already() -> None:
    block = "do $$ begin alter table public.orders add check (a > 0); execute 'x'; end $$;"
    trace = [
        {
            "line": 1,
            "locks": {"public.orders": "AccessExclusiveLock", "public.notes": "AccessExclusiveLock"},
            "scans": ["public.orders", "public.notes"],
        }
    ]
    (finding,) = told(block, trace=trace, said=[{"rule": "check-scans-table", **SAID}])
    assert finding.object == "public.notes"


def test_what_an_author_allowed_in_the_review_need_not_be_allowed_again() -> None:
    sql = "create index i on public.orders (a); -- bascule: allow index-blocks-writes because it is small"
    assert told(sql, trace=[SCAN]) == ()
    hidden = "select public.change(); -- bascule: allow index-blocks-writes in this file because it is small"
    assert [rule for rule, _ in rules(told(hidden, trace=[SCAN]))] == ["table-scanned"]


def test_a_table_that_nobody_holds_is_locked_in_silence() -> None:
    lock = [{"line": 1, "locks": {"public.orders": "AccessExclusiveLock"}}]
    assert told(terms=terms_of({ORDERS: MILLIONS}), trace=lock) == ()
    busy = LongTransaction(pid=4711, who="reports", seconds=5400, tables=(ORDERS,))
    assert rules(told(terms=terms_of({ORDERS: MILLIONS}, busy), trace=lock)) == [
        ("table-locked", Severity.WARNING)
    ]


def test_parts_of_a_table_that_is_left_behind_are_told_with_the_table() -> None:
    left = {
        ("column", "public.more.id"): "type=integer",
        ("grant", "public.more"): "anon=select",
        ("index", "public.more_id"): "on=public.more",
        ("table", "public.more"): "owner=postgres",
    }
    residue = [{"kind": kind, "identity": name, "after": text} for (kind, name), text in left.items()]
    (finding,) = told(proofs=[{"version": "20260101120000", "verdict": "unproven", "residue": residue}])
    assert finding.message.endswith("not all is as before: table public.more should not be there")


def test_another_major_version_is_an_error_where_the_target_wants_its_own() -> None:
    copy = {"server_major": 18, "target_major": 15}
    assert rules(told(copy=copy)) == [("server-differs", Severity.NOTE)]
    assert rules(told(copy=copy, require_same_major=True)) == [("server-differs", Severity.ERROR)]


def test_on_a_bare_checkout_no_target_is_spoken_of() -> None:
    (finding,) = told(copy={"server_major": 18, "target_major": 15})
    assert finding.message == "Rehearsed on PostgreSQL 18; the project's config.toml says 15"
    assert finding.remedy == "Install PostgreSQL 15 on this machine, or name a --target"


def test_smoke_findings_are_passed_on_as_they_are_and_the_worst_come_first() -> None:
    smoke = Finding(
        rule="access-widened", severity=Severity.ERROR, source=Source.SMOKE, message="anon may read it"
    )
    copy = ScratchCopy(
        database="copy", origin=CopyOrigin.TARGET, role="postgres", server_major=18, target_major=15
    )
    rehearsal = Rehearsal(copy=copy, in_one_transaction=True)
    found = rehearsal_findings(
        Plan(), rehearsal, smoke=[smoke], files=[], terms=Terms(severities={"access-widened": None})
    )
    assert found[0] == smoke
    assert [each.rule for each in found[1:]] == ["server-differs"]
    same = replace(rehearsal, copy=replace(copy, target_major=None))
    assert rehearsal_findings(Plan(), same, smoke=[smoke], files=[], terms=Terms()) == (smoke,)
