"""Ways back with one fault each: whatever leaves a difference, for pg_dump's eyes, is never called proven."""

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from orchestrator.domain.rehearsal import RollbackProof, RollbackVerdict
from orchestrator.validation.script import read_script
from tests.support.pairs import Pair, read_pairs
from tests.support.stand import Done, Stand

pytestmark = pytest.mark.timeout(400)

_SWAPS: Final = Path(__file__).with_name("swaps.toml")
#: of each pair, spread over its way back; more find nothing new and take their time
_MOST_DROPPED: Final = 1


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A mutant, what was said of it, and what it really does."""

    name: str
    proof: RollbackProof
    done: Done


def dropped(pair: Pair) -> Iterator[Pair]:
    """Forget one statement at a time; to forget the only one is to forget the file."""
    statements = [each.text for each in read_script(pair.down).statements]
    if len(statements) == 1:
        return
    for number in range(len(statements))[:: -(-len(statements) // _MOST_DROPPED)]:
        rest = [text for other, text in enumerate(statements) if other != number]
        name = f"{pair.name}, without {statements[number]}"
        yield replace(pair, name=name, down="".join(f"{text};\n" for text in rest))


def swapped(pair: Pair, swaps: list[list[str]]) -> Iterator[Pair]:
    """Write something else in one place."""
    for old, new in swaps:
        assert old in pair.down, (pair.name, old)
        yield replace(pair, name=f"{pair.name}, {new!r} for {old!r}", down=pair.down.replace(old, new, 1))


def mutants() -> Iterator[Pair]:
    swaps = tomllib.loads(_SWAPS.read_text())
    pairs = [pair for pair in read_pairs() if pair.verdict is RollbackVerdict.PROVEN]
    assert swaps.keys() <= {pair.name for pair in pairs}
    for pair in pairs:
        yield from dropped(pair)
        yield from swapped(pair, swaps.get(pair.name, []))


@pytest.fixture(scope="module")
def tried(stand: Stand) -> list[Tried]:
    return [
        Tried(name=mutant.name, proof=stand.prove(mutant), done=stand.carry_out(mutant))
        for mutant in mutants()
    ]


def test_no_fault_that_leaves_a_difference_is_proven(
    tried: list[Tried], capsys: pytest.CaptureFixture[str]
) -> None:
    faulty = [each for each in tried if each.done.differs]
    caught = [each for each in faulty if each.proof.verdict is RollbackVerdict.UNPROVEN]
    fails = sum(each.done.error is not None for each in faulty)
    said = f"{len(faulty)} mutants differ ({fails} of them do not run), {len(caught)} are unproven"
    with capsys.disabled():
        sys.stdout.write(f"\n{said}; {len(tried) - len(faulty)} that differ in nothing are left out\n")
    assert [each.name for each in faulty if each not in caught] == []
    assert len(faulty) - fails >= 60


def test_what_does_not_run_says_why_and_what_runs_says_what_it_leaves(tried: list[Tried]) -> None:
    for each in tried:
        assert (each.proof.failure is None) == (each.done.error is None), each.name
        if each.proof.failure is None and each.done.differs:
            found = tuple(change.headline for change in each.proof.residue)
            assert found == tuple(change.headline for change in each.done.residue) != (), each.name


def test_what_leaves_something_behind_is_seen_by_pg_dump_too(tried: list[Tried]) -> None:
    assert [each.name for each in tried if each.proof.residue and not each.done.differs] == []


def test_the_copy_is_what_it_was_after_all_of_that(tried: list[Tried], stand: Stand) -> None:
    assert stand.now() == stand.facts
