"""The catalogue of lints: a .sql file and a page each. They ask the catalog alone and wait for nobody's lock.

Every file takes the exposed schemas and returns rows of four texts: the object, what is wrong with it, what
to do, and a key that tells several notices about one object apart. No row: nothing is wrong. It expects
search_path to be pg_catalog alone, so that every other name comes out qualified.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.finding import Severity
from orchestrator.domain.matrix import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class Lint:
    """What the code has to know of a lint; the rest says its page."""

    #: the rule's id; the files bear it with underscores
    rule: str
    #: of a notice that is new; one that was there before is a note
    severity: Severity
    #: what happens if nobody acts
    effect: str
    #: what it warns of being open: to whom, for which commands
    opens: tuple[tuple[str, Command], ...] = ()
    #: the key of its notices is the name of the policy that opens it
    is_of_policy: bool = False

    @property
    def file(self) -> str:
        """The stem of its .sql file and of its page."""
        return self.rule.replace("-", "_")


_ADVICE: Final = Severity.NOTE
_DOUBT: Final = Severity.WARNING

_WRITES: Final = (Command.INSERT, Command.UPDATE, Command.DELETE)

#: what may be declared as meant; for a function, a role without commands
_OPENS: Final[Mapping[str, tuple[tuple[str, Command], ...]]] = {
    "bucket-listing-open": (("anon", Command.SELECT),),
    "definer-function-open": tuple(("anon", command) for command in Command),
    "foreign-table-open": tuple((role, command) for role in ("anon", "authenticated") for command in Command),
    "open-write-policy": tuple(("authenticated", command) for command in _WRITES),
    "write-policy-without-user": tuple(("anon", command) for command in _WRITES),
}
_OF_POLICY: Final = frozenset({"bucket-listing-open", "open-write-policy", "write-policy-without-user"})

LINTS: Final = tuple(
    Lint(
        rule=rule,
        severity=severity,
        effect=effect,
        opens=_OPENS.get(rule, ()),
        is_of_policy=rule in _OF_POLICY,
    )
    for rule, severity, effect in (
        ("auth-users-shown", _DOUBT, "clients get e-mail addresses and hashes of passwords of other users"),
        ("bucket-listing-open", _ADVICE, "whoever has the public key learns the name of every file in it"),
        ("definer-function-open", _DOUBT, "what it reads and writes is limited by nothing but its own body"),
        ("extension-exposed", _ADVICE, "its functions can be called and its tables asked through the API"),
        ("foreign-table-open", _DOUBT, "every row that the foreign server gives is open to them"),
        ("function-search-path", _DOUBT, "a caller can put own objects before those that the function means"),
        ("multiple-permissive-policies", _ADVICE, "each of them costs time, for each row"),
        ("open-write-policy", _DOUBT, "every user can change the rows of every other"),
        ("owner-escapes-rls", _DOUBT, "clients see and change every row, whatever the policies say"),
        ("policy-for-idle-role", _ADVICE, "the policy admits nobody who comes through the API"),
        ("policy-row-function", _ADVICE, "a query over many rows works out the same answer for each of them"),
        ("policy-without-rls", _DOUBT, "the first grant to a client opens every row"),
        ("realtime-without-policy", _ADVICE, "whoever joins such a channel is refused"),
        ("sensitive-column-readable", _DOUBT, "anybody with the project's public key can read it"),
        ("storage-policy-without-bucket", _DOUBT, "files of other buckets are opened by it, too"),
        ("truncate-left", _ADVICE, "whatever runs SQL as that role can empty the table"),
        ("unindexed-policy-column", _ADVICE, "every query reads the table from end to end"),
        ("user-metadata-in-policy", _DOUBT, "users write it themselves, and so let themselves in"),
        ("write-policy-without-user", _DOUBT, "whoever has the public key writes rows without signing in"),
    )
)
