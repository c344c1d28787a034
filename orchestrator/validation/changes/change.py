"""A change: one thing that a statement does."""

from dataclasses import dataclass

from orchestrator.domain.shape import Name


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that a statement does; several for an ALTER TABLE with several commands."""

    offset: int
    #: it stands in a block whose conditions and handlers decide whether it happens: DO … EXCEPTION
    guarded: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class TableChange(Change):
    """One command of an ALTER TABLE (or of ALTER VIEW, INDEX, SEQUENCE, TYPE, which share its shape)."""

    table: Name
    #: ALTER TABLE IF EXISTS
    if_table_exists: bool = False
