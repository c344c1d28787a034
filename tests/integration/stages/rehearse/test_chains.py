"""Several migrations in one play: each way back is judged by itself, and the server is left as it was."""

from collections.abc import Iterator

import psycopg
import pytest

from orchestrator.domain.rehearsal import Rehearsal, RollbackSource, RollbackVerdict
from orchestrator.embedded.postgres import SUPERUSER
from tests.support.stand import Stand

PROVEN, LOSSY, UNPROVEN = RollbackVerdict.PROVEN, RollbackVerdict.LOSSY, RollbackVerdict.UNPROVEN
FIRST = ("create table public.one (id int primary key)", "drop table public.one")
LAST = {
    "together": ("alter table public.one add column more text", "alter table public.one drop column more"),
    "apart": (
        "create index concurrently one_id on public.one (id)",
        "drop index concurrently public.one_id",
    ),
}
#: in the way of the first one's way back as long as it is there
VIEW = "create view public.seen_one as select id from public.one; create index one_again on public.one (id);"


@pytest.fixture(autouse=True)
def nothing_is_left(stand: Stand) -> Iterator[None]:
    before = shared(stand)
    yield
    assert stand.now() == stand.facts
    assert shared(stand) == before


def shared(stand: Stand) -> list[tuple[str]]:
    with psycopg.connect(stand.postgres.url("postgres", SUPERUSER)) as connection:
        return connection.execute(
            """select datname::text from pg_database
            union all select to_jsonb(r)::text from pg_authid r order by 1"""
        ).fetchall()


def verdicts(rehearsal: Rehearsal) -> list[RollbackVerdict]:
    assert rehearsal.failed is None, rehearsal.failed
    return [proof.verdict for proof in rehearsal.rollbacks]


@pytest.mark.parametrize("way", LAST)
def test_what_a_wrong_way_back_leaves_is_its_own(stand: Stand, way: str) -> None:
    found = stand.chain(FIRST, (VIEW, "drop index public.one_again"), LAST[way]).rehearsal
    assert verdicts(found) == [PROVEN, UNPROVEN, PROVEN]
    assert found.in_one_transaction == (way == "together")
    (wrong,) = [proof for proof in found.rollbacks if proof.residue]
    assert {change.headline for change in wrong.residue} >= {"view public.seen_one was added"}
    assert all("seen_one" in change.identity for change in wrong.residue)


@pytest.mark.parametrize("way", LAST)
def test_a_way_back_that_fails_is_no_burden_to_the_others(stand: Stand, way: str) -> None:
    found = stand.chain(
        FIRST, (VIEW, "drop view public.seen_one; drop index public.none"), LAST[way]
    ).rehearsal
    assert verdicts(found) == [PROVEN, UNPROVEN, PROVEN]
    failure = found.rollbacks[1].failure
    assert failure is not None
    assert failure.nouns["sqlstate"] == "42704"


@pytest.mark.parametrize("way", LAST)
def test_a_missing_way_back_is_drafted_between_written_ones(stand: Stand, way: str) -> None:
    found = stand.chain(FIRST, (VIEW, None), LAST[way]).rehearsal
    assert verdicts(found) == [PROVEN, PROVEN, PROVEN]
    assert [proof.source for proof in found.rollbacks] == [
        RollbackSource.FILE,
        RollbackSource.DRAFT,
        RollbackSource.FILE,
    ]


@pytest.mark.parametrize("way", LAST)
def test_a_way_back_that_removes_what_another_made_is_unproven_alone(stand: Stand, way: str) -> None:
    second = ("create table public.two (id int)", "drop table public.two, public.one cascade")
    found = stand.chain(FIRST, second, LAST[way]).rehearsal
    assert verdicts(found) == [PROVEN, UNPROVEN, PROVEN]
    assert "table public.one was removed" in {change.headline for change in found.rollbacks[1].residue}


def test_a_rename_is_no_loss_whatever_comes_after_it(stand: Stand) -> None:
    found = stand.chain(
        (
            "alter table public.notes rename to papers; alter table public.papers rename weight to mass",
            "alter table public.papers rename mass to weight; alter table public.papers rename to notes",
        ),
        ("alter table public.papers drop column mass", "alter table public.papers add column mass integer"),
        ("alter table public.papers add column size int", "alter table public.papers drop column size"),
    ).rehearsal
    assert verdicts(found) == [PROVEN, LOSSY, PROVEN]
    assert found.rollbacks[1].losses == ("the values of public.papers.mass",)


def test_a_label_that_the_next_file_uses_is_played_apart_and_has_no_way_back(stand: Stand) -> None:
    found = stand.chain(
        ("alter type app.unused add value 'c'", "select 1"),
        ("create table public.one (id int, kind app.unused default 'c')", "drop table public.one"),
        ("comment on table public.one is 'x'", "comment on table public.one is null"),
    ).rehearsal
    assert verdicts(found) == [RollbackVerdict.IRREVERSIBLE, PROVEN, PROVEN]
    assert not found.in_one_transaction
    assert found.apart_because is not None
    assert found.apart_because.nouns["sqlstate"] == "55P04"


def test_an_index_that_is_built_concurrently_stands_in_the_middle(stand: Stand) -> None:
    comment = "comment on index public.one_id is "
    found = stand.chain(FIRST, LAST["apart"], (f"{comment} 'x'", f"{comment} null")).rehearsal
    assert verdicts(found) == [PROVEN, PROVEN, PROVEN]
    assert (found.in_one_transaction, found.apart_because) == (False, None)


def test_checks_that_wait_for_the_commit_do_not_wait_for_the_next_migration(stand: Stand) -> None:
    tables = """create table public.one (id int primary key);
    create table public.two (one int references public.one deferrable initially deferred);
    insert into public.two values (1); insert into public.one values (1);"""
    found = stand.chain(
        (tables, "drop table public.two; drop table public.one"),
        ("alter table public.two add column more text", "alter table public.two drop column more"),
        ("drop table public.two", "create table public.two (one int)"),
    ).rehearsal
    assert verdicts(found)[:2] == [PROVEN, PROVEN]
    assert found.rollbacks[2].verdict is UNPROVEN
    assert "the rows of public.two" in found.rollbacks[2].losses


def test_a_rule_of_the_schema_that_keeps_a_row_is_told(stand: Stand) -> None:
    row = (
        "insert into public.teams (name) values ('first')",
        "delete from public.teams where name = 'first'",
    )
    found = stand.chain(FIRST, row).rehearsal
    assert verdicts(found) == [PROVEN, UNPROVEN]
    assert any(each.startswith("a rule of public.teams (line 1 of") for each in found.rollbacks[1].losses)
