"""Reviews the files of a checkout: by themselves, or on their way to a target. Touches nothing.

By themselves their rules know what the elder files make; with a target they know what is there, how large it
is, and whether its rows would stand in the way.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final, Self

from orchestrator.actions.choosing import Chosen
from orchestrator.actions.project_settings import terms_of
from orchestrator.actions.reading import read_at_once
from orchestrator.domain.finding import Finding, Verdict, verdict_of, worst_first
from orchestrator.domain.migration import MIGRATION_NAME
from orchestrator.domain.plan import HistoryRow
from orchestrator.domain.target import TargetPolicy
from orchestrator.stages import plan
from orchestrator.validation.review import review
from orchestrator.validation.rules import (
    file_name,
    looks_like_rollback,
    out_of_order,
    permission_unused,
    rollback_ambiguous,
    rollback_missing,
)
from orchestrator.validation.sql_text import SqlText

if TYPE_CHECKING:
    from orchestrator.ports import Linter, TargetReader

#: a deployment to nowhere: nothing is applied, and nobody decided anything
_NO_TARGET: Final = TargetPolicy(name="", repository="", branch="")
#: rules about names and rollbacks that a file can be judged by alone
_OF_ONE_NAME: Final = frozenset(
    module.RULE.id
    for module in (
        file_name,
        looks_like_rollback,
        out_of_order,
        permission_unused,
        rollback_ambiguous,
        rollback_missing,
    )
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What is to be said about files."""

    verdict: Verdict
    #: worst first
    findings: tuple[Finding, ...]
    #: what was judged, by its path
    files: Mapping[str, SqlText]
    #: how many files were left out, for the target has them already
    applied: int = 0

    @classmethod
    def of(cls, findings: Iterable[Finding], files: Iterable[SqlText], *, applied: int = 0) -> Self:
        """Sum up; a finding that two reviews made is told once."""
        found = worst_first(dict.fromkeys(findings))
        return cls(
            verdict=verdict_of(found),
            findings=found,
            files={file.path: file for file in files},
            applied=applied,
        )


def review_files(chosen: Sequence[Chosen], *, linter: "Linter") -> Report:
    """Judge files by themselves. Raises ConfigurationError: a project's config.toml cannot be understood."""
    findings = chain.from_iterable(_findings(each, linter) for each in chosen)
    return Report.of(findings, _judged(chosen))


def review_for_target(
    chosen: Sequence[Chosen],
    *,
    policy: TargetPolicy,
    linter: "Linter",
    reader: "TargetReader",
    with_applied: bool = False,
) -> Report:
    """Judge what the target does not have yet, as a deployment would.

    What it has is left out, or, `with_applied`, judged by itself and told in notes. Raises TargetError,
    Unavailable.
    """
    history = reader.history()
    versions = frozenset(row.version for row in history)
    findings: list[Finding] = []
    judged: list[SqlText] = []
    for each in chosen:
        pending = _without_applied(each, versions)
        findings += _for_target(pending, policy=policy, linter=linter, reader=reader)
        findings += (*each.findings, *_names(each, policy, history))
        judged += (*pending.files, *pending.rollbacks)
        if with_applied:
            findings += _of_applied(each, versions, policy, linter)
    everybody = [*_judged(chosen)]
    left_out = 0 if with_applied else len(everybody) - len(judged)
    return Report.of(findings, everybody if with_applied else judged, applied=left_out)


def _findings(chosen: Chosen, linter: "Linter") -> Iterator[Finding]:
    terms = terms_of(chosen.home)
    read_at_once([*chosen.earlier, *chosen.files])
    yield from chosen.findings
    yield from _names(chosen, _NO_TARGET, ())
    yield from review(
        chosen.files,
        terms,
        earlier=chosen.earlier,
        rollbacks=chosen.rollbacks,
        lint=partial(linter.lint, server_major=terms.server_major),
    )


def _names(chosen: Chosen, policy: TargetPolicy, history: Sequence[HistoryRow]) -> Iterator[Finding]:
    """Judge names and pairs; a part of a folder only by what one name tells."""
    done = plan.run(
        chosen.tree, history=history, recorded={}, holds=(), policy=policy, contents=chosen.contents
    )
    return (each for each in done.findings if chosen.whole or each.rule in _OF_ONE_NAME)


def _for_target(
    pending: Chosen, *, policy: TargetPolicy, linter: "Linter", reader: "TargetReader"
) -> Iterator[Finding]:
    """Judge pending files after those that are pending before them; only findings on the former count."""
    from orchestrator.stages import validate  # noqa: PLC0415  # nobody else needs the catalog's queries

    findings = validate.judge(
        [*pending.earlier, *pending.files],
        rollbacks=pending.rollbacks,
        policy=policy,
        linter=linter,
        reader=reader,
    )
    context = {file.path for file in pending.earlier}
    return (finding for finding in findings if finding.file not in context)


def _of_applied(
    chosen: Chosen, versions: frozenset[str], policy: TargetPolicy, linter: "Linter"
) -> Sequence[Finding]:
    """Judge what the target has: on paper, for its tables are not new there."""
    applied = [file for file in chosen.files if _version(file) in versions]
    terms = replace(
        terms_of(chosen.home), exposed_schemas=policy.exposed_schemas, severities=policy.severities
    )
    return review(
        applied,
        terms,
        earlier=chosen.earlier,
        rollbacks=[file for file in chosen.rollbacks if _version(file) in versions],
        applied=frozenset(file.path for file in (*applied, *chosen.rollbacks)),
        lint=partial(linter.lint, server_major=terms.server_major),
    )


def _without_applied(chosen: Chosen, versions: frozenset[str]) -> Chosen:
    def left(files: Sequence[SqlText]) -> tuple[SqlText, ...]:
        return tuple(file for file in files if _version(file) not in versions)

    return replace(
        chosen,
        files=left(chosen.files),
        earlier=left(chosen.earlier),
        rollbacks=left(chosen.rollbacks),
    )


def _version(file: SqlText) -> str:
    match = MIGRATION_NAME.fullmatch(file.path.rpartition("/")[2])
    return match[1] if match else ""


def _judged(chosen: Sequence[Chosen]) -> Iterator[SqlText]:
    return chain.from_iterable((*each.files, *each.rollbacks) for each in chosen)
