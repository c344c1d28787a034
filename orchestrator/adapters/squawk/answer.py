"""What squawk answered, read strictly: what nobody understands must not pass for 'nothing found'."""

import json
from dataclasses import dataclass
from typing import Final, Self

from orchestrator.adapters.squawk.places import TheirPlace
from orchestrator.adapters.squawk.process import Ended, failed

#: it found nothing; it found something
_DONE: Final = (0, 1)
_REPORT_IT = "try the same by hand; where it persists, install Bascule again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """One thing that squawk saw, where squawk says that it is."""

    file: str
    rule: str
    message: str
    #: 0-based; a line ends with LF, CR LF or CR
    line: int
    #: 0-based, in bytes of UTF-8
    column: int

    @property
    def place(self) -> TheirPlace:
        """Where it is, as squawk counts."""
        return self.line, self.column

    @classmethod
    def read(cls, value: object) -> Self:
        """Read one element of the answer. Raises ValueError."""
        match value:
            case {
                "file": str(file),
                "rule_name": str(rule),
                "message": str(message),
                "line": int(line),
                "column": int(column),
            } if min(line, column) >= 0:
                return cls(file=file, rule=rule, message=message, line=line, column=column)
        raise ValueError("this is no mark")


def read_answer(ended: Ended) -> tuple[Spot, ...]:
    """Return what a run of the program found. Raises Unavailable when it cannot be trusted."""
    if ended.status not in _DONE:
        raise failed(f"squawk {_end(ended.status)}{_first_line(ended.complaint)}", remedy=_REPORT_IT)
    if not ended.written.strip():
        raise failed(f"squawk answered nothing{_first_line(ended.complaint)}", remedy=_REPORT_IT)
    try:
        return tuple(Spot.read(value) for value in _list(ended.written))
    except (ValueError, RecursionError) as error:
        raise failed("squawk's answer cannot be understood", remedy=_REPORT_IT) from error


def _list(written: bytes) -> list[object]:
    answer = json.loads(written)
    if not isinstance(answer, list):
        raise ValueError("this is no list")  # noqa: TRY004  # all that is wrong with an answer is one error
    return answer


def _end(status: int) -> str:
    return f"ended with status {status}" if status >= 0 else f"was ended by signal {-status}"


def _first_line(complaint: bytes) -> str:
    """Return its first words after a colon, without what could play tricks on a terminal."""
    lines = complaint.decode(errors="replace").replace("\r", "\n").splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    return ": " + "".join(c if c.isprintable() else "?" for c in first)[:300] if first else ""
