"""What the lints of the catalogue notice in a live database."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.matrix import Command, Matrix, Notice
from orchestrator.domain.opening import Opening
from orchestrator.ports import Database
from orchestrator.probes import lints
from orchestrator.probes.lints import LINTS, Lint
from orchestrator.probes.rules import opening_intended
from orchestrator.probes.words import listed

_BY_RULE: Final[Mapping[str, Lint]] = {lint.rule: lint for lint in LINTS}


def read_notices(database: Database, schemas: Sequence[str]) -> tuple[Notice, ...]:
    """Ask every lint about these schemas. Reads the catalog alone.

    search_path has to be pg_catalog. Raises TargetError when the catalog cannot be read.
    """
    return tuple(
        Notice(rule=rule, object=name, detail=detail, remedy=remedy, key=key)
        for rule, name, detail, remedy, key in database.rows(_all_lints(), {"schemas": list(schemas)})
    )


def findings(before: Matrix, after: Matrix, *, openings: Sequence[Opening] = ()) -> Iterator[Finding]:
    """Yield what is noticed now; what was noticed before, too, weighs no more than a note.

    Nothing where all that a lint warns of is declared as meant.
    A rule that this version does not know is passed over: a newer one wrote it.
    """
    known = {_identity(notice) for notice in before.notices}
    commands = {
        (relation.name, policy.name): policy.command
        for relation in after.relations
        for policy in relation.policies_in_full
    }
    for notice in after.notices:
        lint = _BY_RULE.get(notice.rule)
        command = commands.get((notice.object, notice.key)) if lint and lint.is_of_policy else None
        if lint is None:
            continue
        was_so = _identity(notice) in known
        meant = [
            each
            for each in openings
            if each.object == notice.object and not (each.said_before and not was_so)
        ]
        if _is_meant(notice, lint, command, meant):
            if not was_so:
                yield _intended(notice, meant)
        else:
            yield Finding(
                rule=notice.rule,
                severity=Severity.NOTE if was_so else lint.severity,
                source=Source.SMOKE,
                message=f"{notice.object}: {notice.detail}",
                effect=lint.effect,
                remedy=notice.remedy,
                object=notice.object,
                standing=was_so,
            )


def _intended(notice: Notice, openings: Sequence[Opening]) -> Finding:
    return Finding(
        rule=opening_intended.RULE,
        severity=Severity.NOTE,
        source=Source.SMOKE,
        message=f"{notice.object}, as declared: {notice.detail}: {listed(each.because for each in openings)}",
        effect=opening_intended.EFFECT,
        remedy=opening_intended.REMEDY,
        object=notice.object,
    )


def _is_meant(notice: Notice, lint: Lint, command: Command | None, own: Sequence[Opening]) -> bool:
    """Tell whether all is declared that a lint warns of; `command` is its policy's, None: every one."""
    opened = [pair for pair in lint.opens if command is None or pair[1] is command]
    if lint.is_of_policy:
        if any(each.policy == notice.key for each in own):
            return True
        # what somebody says of another policy says nothing of this one
        own = [each for each in own if not each.policy]
    return bool(opened) and all(any(each.covers(*pair) for each in own) for pair in opened)


def _identity(notice: Notice) -> tuple[str, str, str]:
    return notice.rule, notice.object, notice.key


@cache
def _all_lints() -> str:
    """Make one statement of all files: one call instead of one each."""
    folder = resources.files(lints)
    texts = ((lint.rule, folder.joinpath(f"{lint.file}.sql").read_text(encoding="utf-8")) for lint in LINTS)
    # nothing but the texts of our own files and their names
    return "union all\n".join(f"select '{rule}', found.* from (\n{text}) found\n" for rule, text in texts)  # noqa: S608
