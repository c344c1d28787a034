"""Makes docs/rules.md: the text beside this module, with the rules of each stage where it says so."""

import re
from collections.abc import Iterable, Sequence
from importlib import resources
from posixpath import relpath
from typing import Final

from orchestrator.actions.rulebook import Entry
from orchestrator.domain.deployment import Stage
from orchestrator.domain.survey import Size
from orchestrator.validation.hazard import Work, seconds_of

_HOME: Final = "docs"
_ESTIMATES: Final = "<!-- estimates -->"
_PLACE: Final = re.compile(r"^<!-- rules of (\w+) -->$", re.MULTILINE)
_FENCE: Final = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_HEADING: Final = re.compile(r"^#+ ", re.MULTILINE)


def rules_page(entries: Sequence[Entry]) -> str:
    """Return the whole page. Each rule stands under a heading of its own, which links may lead to."""
    text = resources.files(__package__).joinpath("rules_page.md").read_text(encoding="utf-8")
    text = text.replace(_ESTIMATES, "\n".join(_estimates()))
    return _PLACE.sub(lambda place: _of_stage(Stage(place[1]), entries), text)


def _estimates() -> Iterable[str]:
    yield "| work under the lock | rows a second | MB a second |"
    yield "|---|---|---|"
    for work in Work:
        if work is not Work.NOTHING:
            rows = 1 / seconds_of(work, Size(rows=1, bytes=0))
            megabytes = 1 / seconds_of(work, Size(rows=0, bytes=1_000_000))
            yield f"| {work} | {rows:,.0f} | {megabytes:,.0f} |"


def _of_stage(stage: Stage, entries: Iterable[Entry]) -> str:
    own = [entry for entry in entries if entry.stage is stage]
    return "\n\n".join(["\n".join(_contents(own)), *map(_section, own)])


def _contents(entries: Iterable[Entry]) -> Iterable[str]:
    yield "| rule | severity | source | looks for |"
    yield "|---|---|---|---|"
    for entry in entries:
        rule = f"[{entry.rule}](#{entry.rule})"
        yield f"| {rule} | {entry.severity} | {entry.source} | {_plain(entry.condition)} |"


def _plain(words: str) -> str:
    """Keep a rule's own words from being read as Markdown, but for code in backticks."""
    parts = words.split("`")
    parts[::2] = [part.replace("*", r"\*").replace("<", "&lt;").replace("|", r"\|") for part in parts[::2]]
    return "`".join(parts)


def _section(entry: Entry) -> str:
    page = "".join(_demoted(entry.linked(_link)))
    condition, effect, remedy = map(_plain, (entry.condition, entry.effect, entry.remedy))
    return "\n\n".join(
        [
            f"### {entry.rule}",
            f"**{entry.severity}**: {condition}. {effect}.",
            f"*The way out*: {remedy}.",
            page,
            _standing(entry),
        ]
    ).rstrip()


def _standing(entry: Entry) -> str:
    """Say what is out of the ordinary about its permission, where every rule of the stage is not so."""
    if entry.stage in (Stage.CHECKOUT, Stage.OBSERVE, Stage.SMOKE) or entry.may_be_allowed:
        return ""
    return "It cannot be allowed in the SQL." if entry.may_be_set else "It can be neither allowed nor set."


def _demoted(page: str) -> Iterable[str]:
    """Put a page's own headings below that of its rule."""
    for number, part in enumerate(_FENCE.split(page)):
        yield part if number % 2 else _HEADING.sub("#### ", part)


def _link(text: str, aim: str) -> str:
    if aim.startswith(("#", "https://", "http://")):
        return f"[{text}]({aim})"
    return f"[{text}]({relpath(aim, _HOME)})"
