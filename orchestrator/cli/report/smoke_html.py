"""Smoke tests as one HTML file that needs nothing beside it: no network, no script."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from orchestrator.actions.smoking import Smoked
from orchestrator.cli.report.smoke_json import shown_by
from orchestrator.domain.declared import FAILURES
from orchestrator.domain.errors import ConfigurationError
from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Matrix
from orchestrator.probes.identities import CLIENTS
from orchestrator.probes.side_by_side import Mark, table_of

#: behind a dot or an underscore
_PLACES: Final = re.compile(r"(?<=[._])")
#: a cell's sign by how far it goes
_SIGNS: Final[Mapping[str, str]] = {
    "every": "●",
    "others": "◕",
    "allow": "◐",
    "deny": "·",
    "error": "!",
    "unknown": "?",
    "none": "",
}


def write(file: Path, smoked: Smoked) -> None:
    """Write the report; over an older one. Raises ConfigurationError: it cannot be written there."""
    text = smoke_page(smoked, made=datetime.now(UTC))
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigurationError(
            f"{file} cannot be written: {error.strerror}",
            code="file-not-written",
            remedy="name a file in a folder that is there and that you may write to",
            file=str(file),
        ) from error


def smoke_page(smoked: Smoked, *, made: datetime, before: Matrix | None = None) -> str:
    """Return the report as HTML. `before`: what it is held against."""
    findings = [_Told(number=number, finding=each) for number, each in enumerate(smoked.findings, start=1)]
    return _template().render(
        smoked=smoked,
        made=made,
        table=table_of(before, smoked.matrix),
        findings=findings,
        counts={
            each: sum(one.finding.severity is each for one in findings)
            for each in Severity
            if any(one.finding.severity is each for one in findings)
        },
        about=_about(smoked, findings),
        anchors={each.name: f"r{number}" for number, each in enumerate(smoked.matrix.relations, start=1)},
        unseeded=[each for each in smoked.matrix.relations if each.unseeded],
        tests=smoked.tested,
        failures=FAILURES,
        signs=_SIGNS,
        look_of=look_of,
        stands_out=_stands_out,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """A finding with its place in the page."""

    number: int
    finding: Finding

    @property
    def anchor(self) -> str:
        """What a link leads to."""
        return f"f{self.number}-{self.finding.rule}"


def look_of(mark: Mark) -> str:
    """Say how a cell is drawn: as on the web page, and whether made-up rows of others were reached."""
    return "others" if mark.look == "allow" and mark.goes_beyond else mark.look


def _stands_out(mark: Mark) -> bool:
    """Tell whether a client goes beyond own rows there."""
    return mark.goes_beyond and mark.identity in CLIENTS


def _about(smoked: Smoked, findings: Sequence[_Told]) -> dict[str, list[_Told]]:
    """Put each finding to the relations whose rows it is about."""
    shown = shown_by(smoked.matrix)
    about: dict[str, list[_Told]] = {}
    for each in findings:
        for name in shown.get(each.finding.object or "", ()):
            about.setdefault(name, []).append(each)
    return about


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("orchestrator.cli.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["breakable"] = _breakable
    return environment.get_template("smoke.html")


def _breakable(name: str) -> Markup:
    """Let a name be broken where people would."""
    return Markup("<wbr>").join(_PLACES.split(name))
