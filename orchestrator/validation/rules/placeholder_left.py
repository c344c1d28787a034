"""A statement that only stands where the real ones should."""

from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import Part, SqlText

#: as the templates of `bascule new` write it
_MARK: Final = "TODO:"


def check(file: SqlText) -> Iterator[Finding]:
    """Report each `select 'TODO: …'`; the same words in a comment are the author's notes."""
    if _MARK not in (file.text or ""):
        return
    for part in file.parts:
        if _is_placeholder(part):
            yield RULE.finding(
                "This statement is a placeholder of the template", file=file.path, at=file.place(part.offset)
            )


def _is_placeholder(part: Part) -> bool:
    said = [each for each in part.constants if not each.is_comment]
    if len(said) != 1 or said[0].behind != "select":
        return False
    return said[0].text.startswith(_MARK) and not part.parsed.changes


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A statement is the placeholder that `bascule new` wrote: select 'TODO: …'",
    effect="It changes nothing, and yet counts as applied, or as the way back",
    remedy="Write what it stands for in its place",
    check=check,
)
