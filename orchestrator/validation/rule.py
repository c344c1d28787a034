"""A rule: what it looks for, what happens if nobody acts, and the way out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name
from orchestrator.validation.hazard import Hazard

S = TypeVar("S")


def _nothing(_: object) -> Iterable[Finding]:
    return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule(Generic[S]):
    """One rule over a subject S.

    S is a file (SqlText), the files held against the history (Comparison), one change just before it happens
    (Moment), what all files leave behind (Aftermath), or a linter's mark (Marked).
    """

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
    source: Source = Source.TREE
    #: of a rule over moments: the changes that it is shown
    looks_at: tuple[type, ...] = ()
    #: of a rule over a linter's marks: the linter's own names for them
    marks: tuple[str, ...] = ()
    #: whom it locks out, and with what work: then the target's statistics decide how much it weighs
    hazard: Hazard | None = None
    #: whether it has nothing to say without a look at the target
    needs_target: bool = False
    #: whether an author may allow it and an operator give it another severity; not where the server refuses
    may_be_allowed: bool = True

    @classmethod
    def of(
        cls,
        module: str,
        *,
        severity: Severity,
        condition: str,
        effect: str,
        remedy: str,
        check: Callable[[S], Iterable[Finding]] = _nothing,
        **more: Any,  # noqa: ANN401  # the optional fields, by their names
    ) -> Self:
        """Make the rule of a module: …rules.syntax_error becomes "syntax-error", so the id is typed once."""
        return cls(
            id=module.rpartition(".")[2].replace("_", "-"),
            severity=severity,
            condition=condition,
            effect=effect,
            remedy=remedy,
            check=check,
            **more,
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
        about: Name | None = None,
    ) -> Finding:
        """Report what was seen; whatever is not said here is the rule's own word.

        `message` names the thing, `at` is its line and column, `about` the database object.
        """
        line, column = at or (None, None)
        return Finding(
            rule=self.id,
            severity=severity or self.severity,
            source=self.source,
            message=message,
            effect=self.effect if effect is None else effect,
            remedy=self.remedy if remedy is None else remedy,
            file=file,
            line=line,
            column=column,
            object=None if about is None else str(about),
        )


#: a rule of whatever kind, for those who only read about it
AnyRule = Rule[Any]
