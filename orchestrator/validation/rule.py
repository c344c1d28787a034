"""A rule: what it looks for, what happens if nobody acts, and the way out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from orchestrator.domain.finding import Finding, Severity, Source

S = TypeVar("S")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule(Generic[S]):
    """One rule over a subject S: a file (SqlText) or the files held against the history (Comparison)."""

    #: e.g. "syntax-error"
    id: str
    severity: Severity
    #: what it looks for, in general
    condition: str
    #: what happens if nobody acts
    effect: str
    #: the way out
    remedy: str
    #: yields what it saw; never raises, whatever the subject is
    check: Callable[[S], Iterable[Finding]]

    @classmethod
    def of(
        cls,
        module: str,
        *,
        severity: Severity,
        condition: str,
        effect: str,
        remedy: str,
        check: Callable[[S], Iterable[Finding]],
    ) -> Self:
        """Make the rule of a module: …rules.syntax_error becomes "syntax-error", so the id is typed once."""
        return cls(
            id=module.rpartition(".")[2].replace("_", "-"),
            severity=severity,
            condition=condition,
            effect=effect,
            remedy=remedy,
            check=check,
        )

    def finding(
        self,
        message: str,
        *,
        file: str | None = None,
        at: tuple[int, int] | None = None,
        severity: Severity | None = None,
        effect: str | None = None,
        remedy: str | None = None,
    ) -> Finding:
        """Report what was seen; whatever is not said here is the rule's own word.

        `message` names the thing, `at` is its line and column.
        """
        line, column = at or (None, None)
        return Finding(
            rule=self.id,
            severity=severity or self.severity,
            source=Source.TREE,
            message=message,
            effect=self.effect if effect is None else effect,
            remedy=self.remedy if remedy is None else remedy,
            file=file,
            line=line,
            column=column,
        )


#: a rule of either kind, for those who only read about it
AnyRule = Rule[Any]
