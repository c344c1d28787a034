"""What a rule over the files and a smoke test both saw is told once, with the place in the file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from orchestrator.domain.finding import Finding, Source, weightier

#: a smoke's rule, and the one over the files that says the same of an object before anything runs
_THE_SAME: Final = {
    "bucket-listing-open": "public-bucket-listing",
    "definer-function-open": "definer-callable",
    "function-search-path": "definer-search-path",
    "multiple-permissive-policies": "policies-overlap",
    "open-write-policy": "policy-always-true",
    "policy-row-function": "policy-asks-per-row",
    "rls-disabled": "row-security-missing",
    "unindexed-policy-column": "policy-column-without-index",
    "user-metadata-in-policy": "policy-user-metadata",
    "view-bypasses-rls": "view-bypasses-row-security",
}

#: a rule over the files, and the object that it tells of
_About = tuple[str, str]


def told_once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Leave out what a smoke test repeats; what it repeats weighs as much as the weightier of both.

    Where the smoke test tells of more than the files do, all of it stays: a file may not show everything.
    """
    told = tuple(findings)
    by_files = Counter(_of_files(each) for each in told)
    repeated: dict[_About, list[Finding]] = {}
    for each in told:
        about = _repeats(each)
        if about is not None:
            repeated.setdefault(about, []).append(each)
    left_out = {about: again for about, again in repeated.items() if len(again) <= by_files[about]}
    return tuple(
        _weighed(each, left_out.get(_of_files(each) or ("", ""), ()))
        for each in told
        if _repeats(each) not in left_out
    )


def _of_files(finding: Finding) -> _About | None:
    if finding.source is not Source.TREE or finding.object is None:
        return None
    return finding.rule, finding.object


def _repeats(finding: Finding) -> _About | None:
    """Say what a finding of a smoke test repeats, if there is such a thing."""
    rule = _THE_SAME.get(finding.rule) if finding.source is Source.SMOKE else None
    if rule is None or finding.object is None:
        return None
    # the files' rules name a function without its arguments
    return rule, finding.object.partition("(")[0]


def _weighed(finding: Finding, again: Sequence[Finding]) -> Finding:
    return replace(finding, severity=weightier(finding.severity, *(each.severity for each in again)))
