"""What left is not undone where nobody can read any more what the target was before it."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from orchestrator.catalog.facts import facts_to_bytes
from orchestrator.domain.deployment import Observation, Stage
from orchestrator.domain.errors import MigrationRefused
from orchestrator.domain.facts import Facts
from orchestrator.domain.matrix import Matrix
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.plan import HistoryRow, Leaving, Plan, Record, Tree, WhenFilesLeave
from orchestrator.domain.rehearsal import RollbackProof, RollbackSource, RollbackVerdict
from orchestrator.domain.target import TargetPolicy
from orchestrator.steps.leaving import stakes_of, what_leaves

if TYPE_CHECKING:
    from orchestrator.ports import Kept, TargetReader

POLICY = TargetPolicy(
    name="staging", repository="app", branch="staging", when_files_leave=WhenFilesLeave.REVERT
)
FACTS = "f" * 64
UP, DOWN = b"create table t (id int);", b"drop table t;"
OLDER = b'{"form": 0}'


def a_file(folder: str, version: str, content: bytes) -> SqlFile:
    return SqlFile(path=f"supabase/{folder}/{version}_x.sql", sha256=checksum(content))


TREE = Tree(
    commit="c0ffee",
    author="Ada",
    subject="work",
    migrations=(a_file("migrations", "1", UP),),
    rollbacks=(),
)
TWO = Migration.of(a_file("migrations", "2", UP), a_file("rollbacks", "2", DOWN))
assert TWO is not None
PROOF = RollbackProof(version="2", source=RollbackSource.FILE, verdict=RollbackVerdict.PROVEN)


class _Kept:
    """A ledger that keeps facts as they are told."""

    def __init__(self, facts: bytes | None) -> None:
        self.contents = {checksum(UP): UP, checksum(DOWN): DOWN}
        if facts is not None:
            self.contents[FACTS] = facts

    def applied(self, _target: str) -> list[Record]:
        return [Record(version=each, deployment=7, repository="app") for each in "12"]

    def gave(self, _deployment: int, stage: Stage, _kind: object) -> Any:
        given: dict[Stage, Any] = {
            Stage.PLAN: Plan(pending=(TWO,)),
            Stage.REHEARSE: SimpleNamespace(rollbacks=(PROOF,)),
            Stage.OBSERVE: Observation(facts=FACTS, fingerprint="", matrix=Matrix()),
        }
        return given[stage]

    def content(self, digests: Sequence[str]) -> dict[str, bytes]:
        return {each: self.contents[each] for each in digests}


READER = cast(
    "TargetReader",
    SimpleNamespace(
        history=lambda: (HistoryRow(version="1"), HistoryRow(version="2")),
        ours=lambda: frozenset("12"),
        transactions=lambda _: frozenset({"42"}),
    ),
)


@pytest.mark.parametrize(("facts", "is_readable"), [(b"now", True), (OLDER, False), (None, False)])
def test_facts_of_another_form_are_an_obstacle_to_the_plan_and_an_error_of_apply(facts, is_readable):
    facts = facts_to_bytes(Facts(all=(), server_major=18)) if is_readable else facts
    kept = cast("Kept", _Kept(facts))
    leaves = what_leaves(TREE, POLICY, reader=READER, kept=kept, is_head=True)
    assert leaves is not None
    plan = Plan(leaving=(Leaving(migration=TWO, deployment=7),))
    if is_readable:
        assert ([each.migration.version for each in leaves.leaving], leaves.obstacles) == (["2"], ())
        stakes_of(plan, target="staging", reader=READER, kept=kept)
        return
    assert leaves.leaving == ()
    assert "before deployment 7 is not kept in a form" in leaves.obstacles[0]
    with pytest.raises(MigrationRefused) as raised:
        stakes_of(plan, target="staging", reader=READER, kept=kept)
    assert raised.value.code == "facts-unreadable"
