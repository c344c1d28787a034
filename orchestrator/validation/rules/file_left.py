"""Applied versions whose files are gone."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from orchestrator.domain.blame import Key, keys_of
from orchestrator.domain.difference import headlines
from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.plan import WhenFilesLeave
from orchestrator.domain.rehearsal import Departed
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rule import Rule

_NAMED = 5


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report all of them at once: one cause removes many files."""
    there = {migration.version for migration in (*comparison.migrations, *comparison.left)}
    gone = sorted(comparison.history - there)
    if not gone:
        return
    policy, departure = comparison.policy, comparison.departure
    told = f"{_count(len(gone))} on {policy.name} without a file in the commit: {_list(gone)}"
    if policy.when_files_leave is WhenFilesLeave.REVERT and departure is None:
        yield RULE.finding(
            told,
            severity=Severity.WARNING,
            effect="The service undoes what it applied itself; without its record nobody knows what that is",
            remedy=f"See what a push would do: bascule plan {policy.name}",
        )
        return
    obstacles = departure.obstacles if departure else ()
    why = f". Nothing of it is undone: {'; '.join(obstacles)}" if obstacles else ""
    yield RULE.finding(
        told + why,
        severity=Severity.WARNING if policy.when_files_leave is WhenFilesLeave.WARN else None,
        remedy=_remedy(gone[0], policy.directory),
    )


def not_only_theirs(departed: Departed, touched: Mapping[str, frozenset[Key] | None]) -> Iterator[Finding]:
    """Report what a rehearsal showed of undoing them, where that is not exactly what they did.

    `touched` says what each version changed that came later and stays; None: nobody knows.
    """
    undone = keys_of(departed.undone)
    unknown = [version for version, keys in touched.items() if keys is None]
    shared = [version for version, keys in touched.items() if keys and not keys.isdisjoint(undone)]
    if departed.failure is not None:
        why = departed.failure.message
    elif departed.residue:
        why = f"more goes than they made: {'; '.join(headlines(departed.residue, _NAMED))}"
    elif shared:
        why = f"it would undo what {_list(shared)} did later, whose files stay"
    elif unknown:
        why = f"{_list(unknown)} came later and stays, and was not rehearsed: nobody knows what it changed"
    else:
        return
    yield _rehearsed(
        f"What left the branch cannot be undone by itself: {why}",
        "Bring the files back, and undo what they did by a new migration; or take out what came later too",
    )


def not_rehearsed(why: str) -> Iterator[Finding]:
    """Report that nobody can tell what undoing them would do."""
    yield _rehearsed(
        f"What left the branch is undone only after a rehearsal on a copy of the target: {why}",
        "Let the target be copied, or bring the files back",
    )


def _rehearsed(message: str, remedy: str) -> Finding:
    return replace(RULE.finding(message, remedy=remedy), source=Source.REHEARSAL)


def _count(number: int) -> str:
    return "1 version is applied" if number == 1 else f"{number} versions are applied"


def _list(versions: list[str]) -> str:
    named = ", ".join(versions[:_NAMED])
    more = len(versions) - _NAMED
    return f"{named} and {more} more" if more > 0 else named


def _remedy(version: str, directory: str) -> str:
    folder = "migrations" if directory in {"", "."} else f"{directory.rstrip('/')}/migrations"
    return (
        f"Bring the file back (git log --all -- '{folder}/{version}_*' finds it; supabase migration fetch "
        'writes what the target recorded), or set when_files_leave = "warn" for the target'
    )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A version in the target's history has no file in the commit",
    effect="The files no longer say what the database holds; the Supabase CLI refuses to push as well",
    remedy='Bring the file back, or set when_files_leave = "warn" for the target, or "revert" to undo it',
    check=check,
    may_be_allowed=False,
)
