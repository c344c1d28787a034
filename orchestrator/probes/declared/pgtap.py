"""pgTAP for files of tests: the server's own, else a copy of its SQL, which goes with the transaction."""

from functools import cache
from importlib import resources

from orchestrator.domain.errors import TargetError
from orchestrator.probes.declared.queries import query, quoted
from orchestrator.probes.declared.session import Session

_TRY = "bascule_pgtap"


@cache
def _sql() -> str:
    return resources.files(__package__).joinpath("pgtap", "pgtap.sql").read_text(encoding="utf-8")


def provide(session: Session) -> None:
    """See that pgTAP is there and on the search path. Raises TargetError: it could not be made."""
    found = _schemas(session)
    if not found:
        [(place, available)] = session.rows(query("pgtap_place"))
        if not (available and _created(session, place)):
            _make(session, place)
        found = [place]
    session.rows(query("on_path"), {"schema": found[0]})


def provide_in(session: Session, schema: str) -> None:
    """See that pgTAP is in the very schema that a file wants it in. Raises TargetError."""
    if not _schemas(session, schema):
        _make(session, schema)


def _schemas(session: Session, schema: str = "") -> list[str]:
    return [name for (name,) in session.rows(query("pgtap_found"), {"schema": schema})]


def _created(session: Session, place: str) -> bool:
    """Create the server's own extension; False where it has none that can do anything."""
    session.rows(f"savepoint {_TRY}")
    try:
        session.rows(f"create extension pgtap with schema {quoted(place)}")
        there = bool(_schemas(session))
    except TargetError:
        there = False
    if there:
        session.rows(f"release savepoint {_TRY}")
    else:
        session.undo(_TRY)
    return there


def _make(session: Session, place: str) -> None:
    session.rows(query("pgtap_hand_over"), {"sql": _sql(), "schema": place})
    session.rows(query("pgtap_provide"))
