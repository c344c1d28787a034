"""Types and every other object: made, dropped, renamed, moved, commented."""

from dataclasses import dataclass

from orchestrator.domain.shape import Name
from orchestrator.validation.changes.change import Change


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateEnum(Change):
    """CREATE TYPE … AS ENUM."""

    type: Name
    labels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AddEnumValue(Change):
    """ALTER TYPE … ADD VALUE."""

    type: Name
    value: str
    if_not_exists: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateObject(Change):
    """Any other CREATE with a name: "schema", "extension", "sequence", "type", "domain", "publication" …."""

    kind: str
    name: Name
    if_not_exists: bool = False
    #: of an extension: where its members go; None where it is not said
    schema: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AddDomainConstraint(Change):
    """ALTER DOMAIN … ADD CONSTRAINT."""

    domain: Name
    not_valid: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop(Change):
    """DROP of one object; DROP TABLE a, b is two of them."""

    #: "table", "view", "materialized view", "index", "function", "type", "schema", "policy", "trigger" …
    kind: str
    #: of a policy, trigger or rule: the name of its table
    name: Name
    #: the policy, trigger or rule itself
    part: str | None = None
    if_exists: bool = False
    cascade: bool = False
    #: of a function: the types of its arguments; None where they are not said
    arguments: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rename(Change):
    """RENAME TO, RENAME COLUMN, RENAME VALUE."""

    #: "table", "column", "constraint", "index", "view", "type", "value", "function", "schema", "policy" …
    kind: str
    #: the object; of a column, constraint, policy or trigger its table, of a value its type
    name: Name
    #: of a column, constraint, policy, trigger or value: what it was called
    part: str | None
    new: str
    #: ALTER TABLE IF EXISTS
    if_exists: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SetSchema(Change):
    """SET SCHEMA."""

    kind: str
    name: Name
    schema: str
    #: ALTER TABLE IF EXISTS
    if_exists: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SetComment(Change):
    """COMMENT ON; `column` where it is about one, `part` where it is about what is written ON a table."""

    kind: str
    name: Name
    column: str | None
    part: str | None = None
    #: None takes the comment away
    text: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnSequence(Change):
    """OWNED BY, of CREATE and ALTER SEQUENCE: it is dropped with the table or column."""

    sequence: Name
    #: None: OWNED BY NONE
    table: Name | None
