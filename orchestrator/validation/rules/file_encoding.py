"""A file that PostgreSQL cannot read as UTF-8 text."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import SqlText

_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_GIT_CRYPT = b"\0GITCRYPT\0"


def check(file: SqlText) -> Iterator[Finding]:
    """Refuse what cannot be text; note what is only unusual."""
    if file.content.startswith(_GIT_CRYPT):
        yield RULE.finding(
            "The file is encrypted with git-crypt",
            file=file.path,
            remedy="Keep migrations out of git-crypt's filter in .gitattributes",
        )
    elif file.content.startswith(_UTF_16):
        yield RULE.finding("The file is UTF-16", file=file.path, remedy="Save it as UTF-8")
    elif (bad := _first_invalid(file.content)) is not None:
        yield RULE.finding(
            f"The byte 0x{file.content[bad]:02x} is not UTF-8", file=file.path, at=_place(file.content, bad)
        )
    elif (nul := file.content.find(b"\0")) >= 0:
        yield RULE.finding("The file holds a NUL character", file=file.path, at=_place(file.content, nul))
    else:
        yield from _unusual(file)


def _first_invalid(content: bytes) -> int | None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _place(content: bytes, index: int) -> tuple[int, int]:
    line_start = content.rfind(b"\n", 0, index) + 1
    column = len(content[line_start:index].removeprefix(_BOM).decode()) + 1
    return content.count(b"\n", 0, index) + 1, column


def _unusual(file: SqlText) -> Iterator[Finding]:
    if file.content.startswith(_BOM):
        yield RULE.finding(
            "The file begins with a byte order mark",
            file=file.path,
            severity=Severity.NOTE,
            effect="It is left out when the file is applied",
            remedy="Save the file as UTF-8 without byte order mark",
        )
    if b"\r\n" in file.content:
        yield RULE.finding(
            "The file has Windows line ends",
            file=file.path,
            severity=Severity.NOTE,
            effect="They are applied as they are, inside strings and function bodies too",
            remedy='Write "*.sql text eol=lf" into .gitattributes',
        )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A file is not UTF-8 text",
    effect="PostgreSQL cannot read it",
    remedy="Save the file as UTF-8",
    check=check,
    may_be_allowed=False,
)
