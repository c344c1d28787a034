"""What a rehearsal says of a written way back, and what pg_dump says of the same."""

from collections import Counter

import pytest

from orchestrator.domain.rehearsal import RollbackProof, RollbackSource, RollbackVerdict
from tests.support.pairs import Pair, read_pairs
from tests.support.stand import Done, Stand

PAIRS = read_pairs()


def headlines(found: RollbackProof | Done) -> tuple[str, ...]:
    return tuple(change.headline for change in found.residue)


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.name for pair in PAIRS])
def test_a_way_back_gets_the_verdict_that_it_deserves(stand: Stand, pair: Pair) -> None:
    proof = stand.prove(pair)
    assert (proof.source, proof.verdict) == (RollbackSource.FILE, pair.verdict), proof
    assert headlines(proof) == pair.left
    assert len(proof.losses) == len(pair.lost), proof.losses
    assert all(line.startswith(told) for line, told in zip(proof.losses, pair.lost, strict=True)), (
        proof.losses
    )

    done = stand.carry_out(pair)
    assert done.error is None
    assert headlines(done) == pair.left
    assert done.differs == bool(proof.residue)


def test_every_verdict_and_more_than_enough_changes_are_among_them() -> None:
    told = Counter(pair.verdict for pair in PAIRS)
    assert len({pair.name for pair in PAIRS}) == len(PAIRS) >= 75
    assert told[RollbackVerdict.PROVEN] >= 60
    assert told.keys() == set(RollbackVerdict) - {RollbackVerdict.MISSING}


def test_the_copy_is_what_it_was_after_all_of_that(stand: Stand) -> None:
    assert stand.now() == stand.facts
