"""What keeps files from being one transaction, and what one transaction for all would hold."""

from collections.abc import Mapping
from typing import Any

import pytest

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Column, EnumType, Name, Shape, Table, TableKind
from orchestrator.domain.survey import Size, Survey
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms
from tests.support.rehearsals import findings_of

MOOD = Name("public", "mood")
NOTES = Name("public", "notes")
SHAPE = Shape(
    schemas=frozenset({"public"}),
    tables={
        NOTES: Table(
            name=NOTES,
            kind=TableKind.TABLE,
            columns={"mood": Column(name="mood", type="public.mood")},
        )
    },
    enums={MOOD: EnumType(name=MOOD, labels=("fine",))},
)
ADD = "alter type public.mood add value 'better';"
USE = "update public.notes set mood = 'better';"


def terms(*, atomic: bool = True, major: int = 18, **more: Any) -> Terms:
    survey = Survey(target="staging", server_major=major, shape=SHAPE, **more)
    return Terms(survey=survey, server_major=major, atomic=atomic)


def texts(*sqls: str) -> list[SqlText]:
    return [SqlText(path=f"{number}.sql", content=sql.encode()) for number, sql in enumerate(sqls)]


def impossible(*sqls: str, under: Terms | None = None, applied: int = 0) -> list[Finding]:
    files = texts(*sqls)
    found = review(files, under or terms(), applied=frozenset(each.path for each in files[:applied]))
    return [each for each in found if each.rule == "atomic-impossible"]


def test_a_later_file_that_uses_a_value_of_an_earlier_one_is_named_with_the_place() -> None:
    (finding,) = impossible(ADD, "select 1;", f"select 2;\n{USE}")
    assert (finding.file, finding.line, finding.severity) == ("2.sql", 2, Severity.ERROR)
    assert "0.sql adds it to public.mood" in finding.message


@pytest.mark.parametrize(
    ("sqls", "how"),
    [
        ((ADD, USE), {"under": terms(atomic=False)}),
        ((USE, ADD), {}),
        ((ADD, "update public.notes set mood = 'fine';"), {}),
        (("alter type public.mood add value if not exists 'fine';", USE.replace("better", "fine")), {}),
        ((ADD, USE), {"applied": 1}),
        (
            (
                "create type public.x as enum ('a'); alter type public.x add value 'better';",
                "select 'better'::public.x;",
            ),
            {},
        ),
    ],
)
def test_what_can_be_together_is_not_reported(sqls: tuple[str, ...], how: Mapping[str, Any]) -> None:
    assert impossible(*sqls, **how) == []


def test_before_17_a_value_added_to_a_new_type_is_unsafe_as_well() -> None:
    made = "create type public.x as enum ('a'); alter type public.x add value 'better';"
    used = "create table public.y (x public.x default 'better');"
    assert impossible(made, used) == []
    assert [each.severity for each in impossible(made, used, under=terms(major=15))] == [Severity.ERROR]


def test_every_file_that_runs_alone_is_named_and_nobody_may_allow_it() -> None:
    allow = "-- bascule: allow atomic-impossible because I say so\n"
    alone = "-- bascule: transaction=false because it commits\n"
    found = impossible("vacuum public.notes;", "select 1;", f"{allow}{alone}do $$ begin commit; end $$;")
    assert [(each.file, each.message.partition(" runs")[0]) for each in found] == [
        ("0.sql", "VACUUM"),
        ("2.sql", "This file"),
    ]


REASON = {
    "message": "supabase/migrations/2_b.sql:1:8: unsafe use of new value",
    "file": "supabase/migrations/2_b.sql",
    "line": 1,
    "column": 8,
    "sqlstate": "55P04",
}
TWO = {"1_a.sql": "select 1;", "2_b.sql": "select 2;"}


def shown(**told: Any) -> list[tuple[str, Severity, Source]]:
    under = told.pop("under", terms())
    found = findings_of({"migrations": TWO, **told}, under)
    return [(each.rule, each.severity, each.source) for each in found]


def test_what_the_rehearsal_could_not_hold_together_is_told_with_the_servers_reason() -> None:
    (finding,) = findings_of({"migrations": TWO, "apart": REASON}, terms())
    assert (finding.rule, finding.source) == ("atomic-impossible", Source.REHEARSAL)
    assert (finding.file, finding.line, finding.column) == ("supabase/migrations/2_b.sql", 1, 8)
    assert "unsafe use of new value (SQLSTATE 55P04)" in finding.message


def test_what_fails_apart_as_well_or_may_be_apart_is_no_fault_of_the_one_transaction() -> None:
    assert shown(apart=REASON, failed=REASON) == [("rehearsal-failed", Severity.ERROR, Source.REHEARSAL)]
    assert shown(apart=REASON, under=terms(atomic=False)) == []


LOCKS_A = {"file": "1_a.sql", "line": 1, "locks": {"public.a": "AccessExclusiveLock"}}
REWRITES_B = {
    "file": "2_b.sql",
    "line": 1,
    "locks": {"public.b": "AccessExclusiveLock"},
    "rewrites": ["public.b"],
}
QUICK = {Name("public", "a"): Size(rows=10, bytes=8192), Name("public", "b"): Size(rows=2_000_000, bytes=10)}
SLOW = {**QUICK, Name("public", "b"): Size(rows=20_000_000, bytes=10)}


def holds(*trace: Mapping[str, Any], sizes: Mapping[Name, Size]) -> Finding:
    found = findings_of({"migrations": TWO, "trace": trace}, terms(sizes=sizes))
    (finding,) = [each for each in found if each.rule == "atomic-holds"]
    return finding


def test_a_lock_of_the_first_file_is_held_while_the_others_work() -> None:
    finding = holds(LOCKS_A, REWRITES_B, sizes=QUICK)
    assert finding.severity is Severity.NOTE
    assert "public.a (about 10 rows in 8.2 kB) in ACCESS EXCLUSIVE mode for about 2 s" in finding.message


def test_a_lock_behind_the_work_is_held_for_a_moment() -> None:
    behind = {**LOCKS_A, "file": "2_b.sql", "line": 2}
    work = {**REWRITES_B, "file": "1_a.sql"}
    message = holds(work, behind, sizes=QUICK).message
    assert message.index("public.b (") < message.index("public.a (")
    assert message.endswith("public.a (about 10 rows in 8.2 kB) in ACCESS EXCLUSIVE mode for a moment")


def test_a_lock_that_only_the_one_transaction_makes_long_is_refused() -> None:
    finding = holds(LOCKS_A, REWRITES_B, sizes=SLOW)
    assert (finding.severity, finding.object) == (Severity.ERROR, "public.a")


def test_a_lock_that_is_as_long_in_its_own_file_is_that_files_matter() -> None:
    scan = {"file": "2_b.sql", "line": 1, "scans": ["public.a"]}
    together = holds(LOCKS_A, {**REWRITES_B, "locks": {}, "scans": ["public.a"]}, scan, sizes=SLOW)
    assert together.severity is Severity.NOTE
    assert holds(REWRITES_B, sizes=SLOW).severity is Severity.NOTE


def test_without_atomic_nothing_is_said_of_what_is_held() -> None:
    rules = shown(trace=[LOCKS_A, REWRITES_B], under=terms(atomic=False, sizes=QUICK))
    assert "atomic-holds" not in {rule for rule, *_ in rules}
