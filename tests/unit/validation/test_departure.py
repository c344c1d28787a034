from collections.abc import Sequence
from dataclasses import replace

import pytest

from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.plan import Departure, Record, Tree
from orchestrator.domain.rehearsal import RollbackProof, RollbackSource, RollbackVerdict
from orchestrator.domain.target import TargetPolicy
from orchestrator.validation.departure import Known, Past, departure_of

POLICY = TargetPolicy(name="staging", repository="app", branch="staging")
UP, DOWN = "create table t (id int);", "drop table t;"
CONTENTS = {checksum(each.encode()): each.encode() for each in (UP, DOWN)}


def a_file(version: str, sql: str = UP, folder: str = "supabase/migrations") -> SqlFile:
    return SqlFile(path=f"{folder}/{version}_x.sql", sha256=checksum(sql.encode()))


def past(
    version: str, verdict: RollbackVerdict | None = RollbackVerdict.PROVEN, *, drafted: bool = False
) -> Past:
    down = a_file(version, DOWN, "supabase/rollbacks")
    migration = Migration.of(a_file(version), None if drafted else down)
    assert migration is not None
    source = RollbackSource.DRAFT if drafted else RollbackSource.FILE
    proof = RollbackProof(
        version=version,
        source=source,
        verdict=verdict or RollbackVerdict.MISSING,
        draft=down if drafted else None,
    )
    return Past(migration=migration, deployment=7, proof=proof if verdict else None)


def known(there: Sequence[str] = ("1",), applied: Sequence[str] = ("1", "2", "3"), *pasts: Past) -> Known:
    tree = Tree(
        commit="c0ffee", author="Ada", subject="work", migrations=tuple(map(a_file, there)), rollbacks=()
    )
    return Known(
        tree=tree,
        history=frozenset(applied),
        ours=frozenset(applied),
        records=[Record(version=each, deployment=7, repository="app") for each in applied],
        past={each.migration.version: each for each in (*map(past, applied), *pasts)},
        contents=CONTENTS,
    )


def undone(departure: Departure) -> list[str]:
    assert departure.obstacles == ()
    return [each.migration.version for each in departure.leaving]


def refused(known: Known, policy: TargetPolicy = POLICY) -> str:
    departure = departure_of(known, policy)
    assert (departure.leaving, departure.later) == ((), ())
    return "; ".join(departure.obstacles)


def test_what_left_is_undone_in_the_reverse_order_of_application():
    departure = departure_of(known(("2",), ("3", "2", "1")), POLICY)
    assert undone(departure) == ["1", "3"]
    assert [record.version for record in departure.later] == ["2"]


def test_a_proven_draft_is_run_like_a_file():
    (one,) = departure_of(known(("1", "2"), ("1", "2", "3"), past("3", drafted=True)), POLICY).leaving
    assert (one.drafted, one.migration.rollback) == (True, a_file("3", DOWN, "supabase/rollbacks"))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"ours": frozenset({"1", "2"})}, "3 was applied by somebody else"),
        ({"records": [Record(version=each) for each in "123"]}, "3 was there when staging was adopted"),
        (
            {"records": [Record(version=each, deployment=7, repository="other") for each in "123"]},
            "3 was applied from the repository other",
        ),
        ({"past": {}}, "the ledger does not have the files of 3"),
        ({"contents": {}}, "there is no rollback"),
        ({"is_head": False}, "a person named the commit"),
        ({"history": frozenset("1239")}, "9 was applied by somebody else"),
    ],
)
def test_what_is_not_surely_ours_is_not_undone(changes, why):
    assert why in refused(replace(known(("1", "2")), **changes))


def test_a_stranger_in_the_history_may_have_come_later():
    among = known(("1", "2", "9"))
    assert "nobody knows when 9 came" in refused(replace(among, history=frozenset("1239")))


@pytest.mark.parametrize(
    "verdict", [None, RollbackVerdict.UNPROVEN, RollbackVerdict.IRREVERSIBLE, RollbackVerdict.MISSING]
)
def test_a_way_back_that_was_none_is_not_taken(verdict):
    assert "3" in refused(known(("1", "2"), ("1", "2", "3"), past("3", verdict)))


def test_without_a_rehearsal_only_the_newest_leave_and_only_if_proven():
    alone = replace(POLICY, rehearse=False)
    assert undone(departure_of(known(), alone)) == ["3", "2"]
    assert "3 came later and stays" in refused(known(("1", "3")), alone)
    lossy = known(("1", "2"), ("1", "2", "3"), past("3", RollbackVerdict.LOSSY))
    assert undone(departure_of(lossy, POLICY)) == ["3"]
    assert "is lossy" in refused(lossy, alone)


def test_a_file_under_a_wrong_name_or_in_another_folder_has_not_left():
    named = known(("1", "2"))
    tree = replace(
        named.tree,
        migrations=(*named.tree.migrations, SqlFile(path="supabase/migrations/3-x.sql", sha256="")),
    )
    assert "3-x.sql is there" in refused(replace(named, tree=tree))
    assert "which is not in db/migrations" in refused(named, replace(POLICY, directory="db"))
    assert "holds no migration at all" in refused(known(()))
    assert "atomic" in refused(named, replace(POLICY, atomic=True))


@pytest.mark.parametrize(
    "down",
    [
        "delete from public.plans where id = 'pro';",
        "-- as it was\nupdate public.users set plan = 'premium' where plan = 'pro';",
        "do $$ begin execute 'drop table public.a'; end $$;",
        "select public.take_back();",
        "drop extension pgmq cascade;",
    ],
)
def test_a_way_back_that_changes_rows_is_left_to_a_person(down):
    base = known(("1", "2"))
    gone = base.past["3"].as_it_would_run.rollback
    told = refused(replace(base, contents={**base.contents, gone.sha256: down.encode()}))
    assert "changes rows" in told
    assert "bascule rollback 7" in told
