"""What is remembered of a copy for as long as it is kept: in its database's comment, so it goes with it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.scratch.roles import Membership, Parameter, Role, Roles
from orchestrator.domain.errors import Unavailable
from orchestrator.domain.facts import Change

_SQL = queries.load("sql/scratch/copies.sql")


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What there is to know of a copy."""

    #: seconds since 1970
    used: float
    missing: tuple[Change, ...] = ()
    #: the target's roles; None: it was made from files, and the server's are right as they are
    roles: Roles | None = None

    def text(self) -> str:
        """Write it down."""
        missing = [[each.kind, each.identity, each.before, each.after] for each in self.missing]
        roles = None if self.roles is None else _written(self.roles)
        return json.dumps({"used": self.used, "missing": missing, "roles": roles}, ensure_ascii=False)


def find(maintenance: psycopg.Connection, name: str) -> Note | None:
    """Return what is remembered of a copy; None: there is none of this name, or it is not complete."""
    rows = maintenance.execute(_SQL["note"], {"name": name}).fetchall()
    return read(rows[0][0]) if rows else None


def read(text: str | None) -> Note | None:
    """Read what was remembered; None: this is no note, so the database is no copy of ours."""
    try:
        form: dict[str, Any] = json.loads(text or "")
        missing = tuple(
            Change(kind=kind, identity=identity, before=before, after=after)
            for kind, identity, before, after in form["missing"]
        )
        roles = form["roles"]
        return Note(used=float(form["used"]), missing=missing, roles=None if roles is None else _read(roles))
    except (ValueError, KeyError, TypeError):
        return None


def remember(maintenance: psycopg.Connection, name: str, note: Note) -> None:
    """Write it down. Raises Unavailable where the copy is gone."""
    try:
        maintenance.execute(
            sql.SQL("comment on database {} is {}").format(sql.Identifier(name), sql.Literal(note.text()))
        )
    except psycopg.errors.InvalidCatalogName as error:
        raise gone() from error


def gone() -> Unavailable:
    """Say that a copy is not there any more."""
    return Unavailable(
        "the scratch copy was dropped meanwhile",
        code="scratch-busy",
        remedy="nothing to do: it is tried again",
    )


def _written(roles: Roles) -> dict[str, Any]:
    return {
        "connected": roles.connected,
        "database": roles.database,
        "database_owner": roles.database_owner,
        "all": {name: asdict(role) for name, role in roles.all.items()},
        "memberships": [asdict(each) for each in roles.memberships],
        "predefined": sorted(roles.predefined),
        "parameters": sorted(map(list, roles.parameters)),
        "helped": roles.helped,
    }


def _read(form: Mapping[str, Any]) -> Roles:
    return Roles(
        **{
            **form,
            "all": {
                name: Role(**{**role, "settings": tuple(role["settings"])})
                for name, role in form["all"].items()
            },
            "memberships": tuple(Membership(**each) for each in form["memberships"]),
            "predefined": frozenset(form["predefined"]),
            "parameters": frozenset(Parameter(*each) for each in form["parameters"]),
        }
    )
