"""A file name that the Supabase CLI skips or sorts in an unexpected place."""

from collections import Counter
from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.migration import Migration
from orchestrator.validation.comparison import Comparison
from orchestrator.validation.rename import LENGTH, moment_of, rename, timestamp_of
from orchestrator.validation.rule import Rule

_LARGEST = str(2**63 - 1)
#: the CLI takes an older file of the name "init" for its own first template
_OLD_INIT = "20211209000000"


def check(comparison: Comparison) -> Iterator[Finding]:
    """Report what the CLI skips, and odd versions among what is pending."""
    for file in comparison.skipped:
        yield RULE.finding(
            f"{file.name} is no migration to the Supabase CLI: it is not named <version>_<name>.sql",
            file=file.path,
            effect="It is never applied, neither by Bascule nor by the CLI",
        )
    odd = [(each, oddity) for each in comparison.pending if (oddity := _oddity(each))]
    meant = Counter(timestamp_of(each.version) for each in comparison.migrations) if odd else Counter()
    for migration, oddity in odd:
        version = timestamp_of(migration.version)
        is_free = meant[version] == 1 and version not in comparison.history
        yield RULE.finding(
            f"The version {migration.version} {oddity}",
            file=migration.file.path,
            remedy=_command(migration, version) if is_free else None,
        )


def _command(migration: Migration, version: str | None) -> str | None:
    """Return the command that renames it, where its digits stand for a moment."""
    if version is None or version == migration.version:
        return None
    return f"{rename(migration, version)}; unless some target has it already under this name"


def _oddity(migration: Migration) -> str | None:
    version = migration.version
    if _too_large(version.lstrip("0")):
        return "does not fit 64 bits: the Supabase CLI leaves it out of its lists"
    if len(version) != LENGTH:
        return f"has {len(version)} digits, not the {LENGTH} of a timestamp"
    if migration.name == "init" and version < _OLD_INIT:
        return "with the name init is older than 2021-12-09: the Supabase CLI may skip it"
    return None if moment_of(version) else "is no moment in time"


def _too_large(digits: str) -> bool:
    return (len(digits), digits) > (len(_LARGEST), _LARGEST)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A file in the migrations folder has no name of the form YYYYMMDDhhmmss_name.sql",
    effect="Versions are compared as text, so it may be applied in another order than meant",
    remedy="Rename it to YYYYMMDDhhmmss_name.sql, unless some target has it already under this name",
    check=check,
)
