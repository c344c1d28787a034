"""A file that begins or ends transactions itself."""

from collections.abc import Iterator
from textwrap import shorten

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.grammar.parser import Control
from orchestrator.validation.rule import Rule
from orchestrator.validation.script import is_wrapped
from orchestrator.validation.sql_text import Part, SqlText


def check(file: SqlText) -> Iterator[Finding]:
    """Accept BEGIN … COMMIT around the whole file, if it is one transaction; refuse any other."""
    if is_wrapped([part.parsed.control for part in file.parts]) and not file.runs_alone:
        yield RULE.finding(
            "The whole file stands between BEGIN and COMMIT",
            file=file.path,
            at=file.place(file.parts[0].offset),
            severity=Severity.NOTE,
            effect="Both are left out: the file is applied in one transaction with its history row",
            remedy="Nothing has to be done",
        )
        return
    for part in _offending(file.parts):
        yield RULE.finding(
            f"{_words(file.text or '', part.offset)} begins or ends a transaction",
            file=file.path,
            at=file.place(part.offset),
        )


def _offending(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Choose what to report: not the outer pair, when only what lies between is at fault."""
    controls = [part.parsed.control for part in parts]
    paired = len(parts) > 1 and (controls[0], controls[-1]) == (Control.BEGIN, Control.COMMIT)
    inner = tuple(part for part in parts[1:-1] if part.parsed.control) if paired else ()
    return inner or tuple(part for part in parts if part.parsed.control)


def _words(text: str, offset: int) -> str:
    return shorten(text[offset : offset + 80].partition(";")[0], width=50, placeholder=" …")


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A file begins or ends a transaction",
    effect="Half of the file would stay applied after an error, without a history row",
    remedy="Delete the statement: each file already runs in a transaction of its own",
    check=check,
    may_be_allowed=False,
)
