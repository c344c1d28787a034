"""A comment that would silence squawk."""

from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import Comment, SqlText

_WORDS: Final = ("squawk-ignore", "squawk-disable")


def check(file: SqlText) -> Iterator[Finding]:
    """Report one finding for each file."""
    if "squawk-" not in (file.text or ""):
        return
    comments = [each for each in file.comments if each.text.startswith(_WORDS)]
    if comments:
        yield _finding(file, comments)


def _finding(file: SqlText, comments: list[Comment]) -> Finding:
    first, more = comments[0], len(comments) - 1
    others = f", nor {'has one other' if more == 1 else f'have {more} others'} of this file" if more else ""
    word = first.text.split(maxsplit=1)[0].rstrip(":,")
    return RULE.finding(
        f"The comment {word} has no effect{others}", file=file.path, at=file.place(first.offset)
    )


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A comment tells squawk to be silent",
    effect="Bascule runs squawk with rules of its own and does not let files switch it off",
    remedy="Say so to Bascule, with a reason: -- bascule: allow RULE because …",
    check=check,
)
