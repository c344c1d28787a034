"""Row level security and rights."""

from dataclasses import dataclass

from orchestrator.domain.shape import Grant, Name
from orchestrator.validation.changes.change import Change, TableChange
from orchestrator.validation.expression import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class CreatePolicy(TableChange):
    """CREATE POLICY."""

    name: str
    #: ALL, SELECT, INSERT, UPDATE or DELETE
    command: str
    #: "public" when it says so, or when TO is not said
    roles: tuple[str, ...]
    #: whether TO is said
    says_roles: bool
    permissive: bool = True
    using: Expression | None = None
    check: Expression | None = None

    def expressions(self) -> tuple[Expression, ...]:
        """Return those that it has."""
        return tuple(each for each in (self.using, self.check) if each)


@dataclass(frozen=True, kw_only=True, slots=True)
class AlterPolicy(TableChange):
    """ALTER POLICY; None is what it leaves as it is."""

    name: str
    roles: tuple[str, ...] | None = None
    using: Expression | None = None
    check: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeGrants(Change):
    """GRANT and REVOKE on objects."""

    given: bool
    #: "table", "function", "schema", "sequence", "type" …
    kind: str
    #: empty together with in_schemas for kinds that no rule asks for
    objects: tuple[Name, ...]
    #: ON ALL … IN SCHEMA
    in_schemas: tuple[str, ...]
    #: one for each role and privilege; "ALL" stays one word
    grants: tuple[Grant, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeDefaultGrants(Change):
    """ALTER DEFAULT PRIVILEGES."""

    given: bool
    kind: str
    #: empty: in every schema
    in_schemas: tuple[str, ...]
    #: FOR ROLE; empty: who runs the statement
    for_roles: tuple[str, ...]
    grants: tuple[Grant, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeMembership(Change):
    """GRANT and REVOKE of roles."""

    given: bool
    roles: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRole(Change):
    """CREATE ROLE, ALTER ROLE."""

    role: str
    created: bool
    #: in lower case: "superuser", "bypassrls", "password" …
    options: frozenset[str]
