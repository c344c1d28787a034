"""What is said of a way back, from what it left behind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.facts import PART_SEPARATOR, Change, Fact
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.rehearsal import RollbackVerdict
from orchestrator.validation.rehearsal.verdict import about_roles_of, judged, new_passwords
from orchestrator.validation.sql_text import SqlText

MIGRATION = Migration(
    version="20260101000000",
    name="a",
    file=SqlFile(path="supabase/migrations/20260101000000_a.sql", sha256="0" * 64),
)
MOOD = "public.mood"
#: from the best to the worst, as far as one verdict is worse than another
ORDER = [
    RollbackVerdict.PROVEN,
    RollbackVerdict.LOSSY,
    RollbackVerdict.UNPROVEN,
    RollbackVerdict.IRREVERSIBLE,
]


def labels(before: str, after: str, **other: str) -> Change:
    was, now = (
        PART_SEPARATOR.join(["owner=postgres", f"labels={each}"]) + "".join(other.values() if each else ())
        for each in (before, after)
    )
    return Change(kind="type", identity=MOOD, before=was, after=now)


ANOTHER = Change(kind="policy", identity="public.orders.own", before="using=true", after=None)
GROWN = labels("'a', 'b'", "'a', 'x', 'b'")


def verdict(*residue: Change, lost: tuple[str, ...] = (), unsure: tuple[str, ...] = ()) -> RollbackVerdict:
    return judged(MIGRATION, residue, lost=lost, unsure=unsure, same_enums={MOOD}).verdict


@pytest.mark.parametrize(
    ("residue", "lost", "unsure", "said"),
    [
        ((), (), (), RollbackVerdict.PROVEN),
        ((), ("rows",), (), RollbackVerdict.LOSSY),
        ((), (), ("a block",), RollbackVerdict.UNPROVEN),
        ((), ("rows",), ("a block",), RollbackVerdict.UNPROVEN),
        ((ANOTHER,), (), (), RollbackVerdict.UNPROVEN),
        ((GROWN,), (), (), RollbackVerdict.IRREVERSIBLE),
        ((GROWN,), ("rows",), (), RollbackVerdict.IRREVERSIBLE),
        ((GROWN, ANOTHER), (), (), RollbackVerdict.UNPROVEN),
    ],
)
def test_the_verdict_says_the_worst_that_is_known(
    residue: tuple[Change, ...], lost: tuple[str, ...], unsure: tuple[str, ...], said: RollbackVerdict
) -> None:
    assert verdict(*residue, lost=lost, unsure=unsure) is said


def test_a_proof_holds_what_is_left_and_what_is_lost() -> None:
    proof = judged(MIGRATION, (ANOTHER,), lost=["rows"], unsure=["a block"], same_enums=())
    assert proof.version == MIGRATION.version
    assert proof.residue == (ANOTHER,)
    assert proof.losses == ("rows", "a block")


@pytest.mark.parametrize(
    "change",
    [
        labels("'a', 'b'", "'a'"),
        labels("'a', 'b'", "'b', 'a', 'c'"),
        labels("'a'", "'x'"),
        Change(kind="type", identity=MOOD, before=None, after=GROWN.after),
        Change(kind="type", identity=MOOD, before=GROWN.before, after=None),
        Change(kind="type", identity=MOOD, before=GROWN.before, after=f"{GROWN.after}{PART_SEPARATOR}x=1"),
        Change(kind="type", identity="public.other", before=GROWN.before, after=GROWN.after),
        Change(kind="domain", identity=MOOD, before=GROWN.before, after=GROWN.after),
    ],
)
def test_only_more_labels_of_the_same_enumeration_have_no_way_back(change: Change) -> None:
    assert verdict(change) is RollbackVerdict.UNPROVEN


LINES = st.lists(st.sampled_from(["a", "b"]), max_size=2).map(tuple)


@given(LINES, LINES, LINES, LINES)
def test_more_that_is_lost_or_not_known_never_makes_a_verdict_better(
    lost: tuple[str, ...], unsure: tuple[str, ...], more_lost: tuple[str, ...], more_unsure: tuple[str, ...]
) -> None:
    before = verdict(lost=lost, unsure=unsure)
    after = verdict(lost=(*lost, *more_lost), unsure=(*unsure, *more_unsure))
    assert ORDER.index(after) >= ORDER.index(before)


def file(text: str) -> SqlText:
    return SqlText(path="a.sql", content=text.encode())


def test_passwords_are_told_once_for_each_role_that_was_there() -> None:
    up = file("alter role app password 'x'; alter role app password 'y'; alter role web password 'z'")
    made = file("create role fresh login; alter role fresh password 'x'")
    assert new_passwords(up, made) == (
        "the password of role app is set: nobody can read what it was",
        "the password of role web is set: nobody can read what it was",
    )


ROLES = (
    Fact("role", "app", "about=app"),
    Fact("membership", "web/app", "about=web/app"),
    Fact("role", "other", "about=other"),
    Fact("setting", "*/work_mem", "about=*"),
)


@pytest.mark.parametrize(
    ("sql", "identities"),
    [
        ("alter role APP nologin", ["app", "web/app"]),
        ("grant web to postgres", ["web/app"]),
        ("alter role all set work_mem = '1MB'", ["*/work_mem"]),
        ("select 1", []),
        ("do $$ begin execute 'x'; end $$", ["app", "web/app", "other", "*/work_mem"]),
        ("alter role current_user nologin", ["app", "web/app", "other", "*/work_mem"]),
        ("", ["app", "web/app", "other", "*/work_mem"]),
    ],
)
def test_what_is_said_of_roles_counts_where_the_files_may_mean_them(sql: str, identities: list[str]) -> None:
    assert [each.identity for each in about_roles_of(ROLES, file(sql))] == identities
