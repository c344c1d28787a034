"""What a target should be after a rollback, as far as anybody can tell."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from orchestrator.domain.blame import Key, keys_of
from orchestrator.domain.facts import Facts, carried, difference, undone
from orchestrator.domain.rehearsal import CopyOrigin, Rehearsal


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What to compare with, and what counts; see stages/rollback.py."""

    before: Facts
    touched: frozenset[Key] | None = None
    unsure: frozenset[Key] = frozenset()


def after_a_failure(before: Facts, rehearsal: Rehearsal | None) -> Goal:
    """Go back to what was there just before the deployment.

    What a rehearsal on a copy of the target showed to be touched counts. A copy that was built from files
    may be another database; then everything counts.
    """
    if rehearsal is None or rehearsal.copy.origin is not CopyOrigin.TARGET:
        return Goal(before=before)
    return Goal(before=before, touched=frozenset(rehearsal.touched))


def after_an_undo(before: Facts, after: Facts, now: Facts) -> Goal:
    """Go back as far as a deployment of long ago changed anything; what others changed since stays."""
    return Goal(before=undone(before, after, now))


def after_a_part(
    before: Facts, after: Facts, now: Facts, rehearsal: Rehearsal | None, versions: Collection[str]
) -> Goal:
    """Undo only these versions of a deployment: what they alone touched is to be as before, the rest stays.

    What a version touched that stays as well, nobody can tell of; without a rehearsal that is all that the
    deployment changed.
    """
    proofs = rehearsal.rollbacks if rehearsal else ()
    if not any(proof.touched for proof in proofs):
        return Goal(before=now, unsure=keys_of(difference(before.all, after.all)))
    gone = _touched(proof.touched for proof in proofs if proof.version in versions)
    staying = _touched(proof.touched for proof in proofs if proof.version not in versions)
    exact = gone - staying
    wanted = [fact for fact in now.all if fact[:2] not in exact]
    wanted += [fact for fact in before.all if fact[:2] in exact]
    return Goal(before=Facts(server_major=now.server_major, all=tuple(sorted(wanted))), unsure=gone & staying)


def led_to(start: Facts, end: Facts, own: frozenset[Key]) -> Facts:
    """Return the facts of a start with what became of these among them."""
    changes = [each for each in difference(start.all, end.all) if (each.kind, each.identity) in own]
    return Facts(server_major=end.server_major, all=carried(start.all, changes))


def _touched(each: Iterable[Iterable[Key]]) -> frozenset[Key]:
    return frozenset(key for keys in each for key in keys)
