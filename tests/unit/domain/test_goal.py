from orchestrator.domain.facts import Fact, Facts
from orchestrator.domain.goal import after_a_failure, after_a_part, led_to
from orchestrator.domain.rehearsal import (
    CopyOrigin,
    Rehearsal,
    RollbackProof,
    RollbackSource,
    RollbackVerdict,
    ScratchCopy,
)

A, B, C = (("table", f"public.{name}") for name in "abc")


def facts(**tables: str) -> Facts:
    return Facts(
        server_major=18, all=tuple(Fact("table", f"public.{name}", said) for name, said in tables.items())
    )


def rehearsal(origin: CopyOrigin = CopyOrigin.TARGET, **touched: tuple[tuple[str, str], ...]) -> Rehearsal:
    proofs = tuple(
        RollbackProof(
            version=version, source=RollbackSource.FILE, verdict=RollbackVerdict.PROVEN, touched=keys
        )
        for version, keys in touched.items()
    )
    return Rehearsal(
        copy=ScratchCopy(database="copy", origin=origin, role="postgres", server_major=18),
        in_one_transaction=True,
        rollbacks=proofs,
        touched=tuple(key for keys in touched.values() for key in keys),
    )


def test_without_a_rehearsal_on_a_copy_of_the_target_everything_counts() -> None:
    before = facts(a="1")
    assert after_a_failure(before, None).touched is None
    assert after_a_failure(before, rehearsal(CopyOrigin.FILES, v1=(A,))).touched is None
    assert after_a_failure(before, rehearsal(v1=(A,))).touched == {A}


def test_a_part_goes_back_to_what_it_alone_touched() -> None:
    before, after = facts(a="0"), facts(a="2", b="1", c="1")
    now = facts(a="2", b="1", c="1", d="by others")
    shown = rehearsal(v1=(A, C), v2=(A, B))
    goal = after_a_part(before, after, now, shown, ["v2"])
    assert goal.before == facts(a="2", c="1", d="by others")
    assert goal.unsure == {A}


def test_of_a_part_that_was_not_rehearsed_nobody_can_tell_more_than_that_others_stay() -> None:
    before, after = facts(a="0"), facts(a="2", b="1")
    now = facts(a="2", b="1", d="by others")
    goal = after_a_part(before, after, now, None, ["v2"])
    assert (goal.before, goal.unsure) == (now, {A, B})


def test_only_our_own_changes_lead_to_what_is_on_record() -> None:
    start, end = facts(a="1", b="1"), facts(b="2", d="by others")
    assert led_to(start, end, frozenset({A})) == facts(b="1")
