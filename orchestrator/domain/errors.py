"""What can go wrong, in five families named after who must act.

An error carries nouns (what it is about), a stable code and a remedy; nobody reads its text to decide
anything. A secret is never a noun.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Self

Noun = str | int | float | bool | None | list[str]


class BasculeError(Exception):
    """Base of all errors that Bascule raises on purpose."""

    family: ClassVar[str] = "internal"
    #: what the command line exits with when this ends a command
    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, code: str = "", remedy: str = "", **nouns: Noun) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.family
        self.remedy = remedy
        self.nouns: dict[str, Noun] = nouns


class ConfigurationError(BasculeError):
    """The operator must act: settings, rights, a wrong address or password."""

    family = "configuration"
    exit_code = 2


class PushRejected(BasculeError):
    """The sender of a webhook must act."""

    family = "push-rejected"
    exit_code = 1


class MigrationRefused(BasculeError):
    """The author of the migrations must act."""

    family = "migration-refused"
    exit_code = 1


class TargetError(BasculeError):
    """The target's database answered with an error: file, line, column and SQLSTATE are among the nouns."""

    family = "target"
    exit_code = 3


class Contention(TargetError):
    """Somebody else was in the way on the target; the migration is not to blame and is not held."""


class Unavailable(BasculeError):
    """Nobody must act: something is away or busy, and it will be tried again."""

    family = "unavailable"
    exit_code = 4


class InTheWay(Unavailable):
    """Somebody else holds a lock on the target; what needed it was undone, and is tried again later."""

    def __init__(self, error: Contention, *, tries: int, pause_seconds: float) -> None:
        """Say the same as the last of so many in a row."""
        super().__init__(error.message, code=error.code, remedy=error.remedy, **error.nouns)
        self.tries = tries
        #: the least that is to be waited before the next try
        self.pause_seconds = pause_seconds


class Stale(Unavailable):
    """Another worker or another service took over; what we were about to write is refused."""

    family = "stale"


class DeliveryFailed(Unavailable):
    """A channel did not take a notification."""

    def __init__(self, reason: str, *, final: bool = False, retry_after_seconds: float | None = None) -> None:
        """Keep what decides about the next attempt; `final` means: never try this one again."""
        super().__init__(reason, code="delivery-failed")
        self.reason = reason
        self.final = final
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An error as a value: what the ledger keeps and people read."""

    #: the family of the error: who must act
    family: str
    code: str
    message: str
    remedy: str = ""
    nouns: Mapping[str, Noun] = field(default_factory=dict)

    @classmethod
    def of(cls, error: BasculeError) -> Self:
        """Keep an error; its cause and traceback stay behind on purpose (they may hold values of rows)."""
        return cls(
            family=error.family,
            code=error.code,
            message=error.message,
            remedy=error.remedy,
            nouns=dict(error.nouns),
        )
