"""Applied versions whose files are gone."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.plan import WhenFilesLeave
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rule import Rule

_NAMED = 5


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report all of them at once: one cause removes many files."""
    gone = sorted(comparison.history - {migration.version for migration in comparison.migrations})
    if not gone:
        return
    warn = comparison.policy.when_files_leave is WhenFilesLeave.WARN
    yield RULE.finding(
        f"{_count(len(gone))} on {comparison.policy.name} without a file in the commit: {_list(gone)}",
        severity=Severity.WARNING if warn else None,
        remedy=_remedy(gone[0], comparison.policy.directory),
    )


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
    remedy='Bring the file back, or set when_files_leave = "warn" for the target',
    check=check,
    may_be_allowed=False,
)
