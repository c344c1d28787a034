"""Making and ending deployments: the statements that several parts of the ledger share.

Every function takes a connection with an open transaction, so that what belongs together commits together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from psycopg.types.json import Jsonb

from orchestrator.adapters.postgres.ledger.codec import decode, encode
from orchestrator.adapters.postgres.ledger.connection import Connection, one
from orchestrator.adapters.postgres.ledger.telling import message_about
from orchestrator.adapters.postgres.queries import load
from orchestrator.domain.deployment import Deployment, DeploymentId, Stage, Status, WaitingFor
from orchestrator.domain.errors import Failure
from orchestrator.domain.event import EventKind, Message
from orchestrator.domain.push import Request

_SQL = load("sql/ledger/deployments.sql")

#: what the ledger itself does is done in this name
OURSELVES = "bascule"

#: what a function of the ledger that makes deployments writes into their rows
WORDS: Final = Jsonb(
    {
        "waiting": Status.WAITING,
        "superseded": Status.SUPERSEDED,
        "refused": Status.REFUSED,
        "turn": WaitingFor.TURN,
        "checkout": Stage.CHECKOUT,
        "created": EventKind.DEPLOYMENT_CREATED,
        "ourselves": OURSELVES,
        # what checkout says where there is no such branch
        "branch_gone": [{"rule": "branch-gone"}],
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """Who is told about what."""

    #: channel name -> the kinds of event that it wants
    subscriptions: Mapping[str, frozenset[EventKind]]
    #: address of the page as people reach it; empty: messages carry no link
    public_url: str = ""


def read_deployment(row: Mapping[str, Any]) -> Deployment:
    """Make the value of a row."""
    return decode(dict(row), Deployment)


def ask(
    connection: Connection,
    request: Request,
    telling: Telling,
    *,
    confirm_head: bool = True,
    join: bool = True,
) -> DeploymentId:
    """Make the deployment that a request asks for, or join the newest head's if it is for the same commit.

    The newest waits; those that waited before it are superseded.
    """
    names = {
        "target": request.target,
        "repository": request.repository,
        "branch": request.branch,
        "commit": request.commit,
        "confirm_head": confirm_head,
        "cause": request.cause,
        "actor": request.actor,
        "join": join,
        "words": WORDS,
    }
    row = one(connection.execute(_SQL["ask"], names))
    tell_superseded(connection, row["superseded"], telling)
    return DeploymentId(row["deployment"])


def tell_superseded(connection: Connection, events: Sequence[int] | None, telling: Telling) -> None:
    """Remember to tell of those that a newer deployment overtook, where a channel wants to know."""
    if not events or not wants(EventKind.SUPERSEDED, telling):
        return
    for row in connection.execute(_SQL["ended_by"], {"events": list(events)}).fetchall():
        event = {"id": row.pop("event"), "at": row.pop("event_at")}
        _tell(connection, read_deployment(row), event, telling)


def newest_head(
    connection: Connection, target: str, *, but_not: DeploymentId | None = None
) -> tuple[DeploymentId, str] | None:
    """Return the deployment of the head that was last asked for, with its commit."""
    names = {"target": target, "except": but_not or 0, "words": WORDS}
    row = connection.execute(_SQL["newest_head"], names).fetchone()
    return None if row is None else (DeploymentId(row["id"]), row["commit"])


def wake(connection: Connection, deployment: DeploymentId, *, seconds: float = 0) -> None:
    """Remember a wake-up with the caller's transaction. Does not send it: the relay does."""
    connection.execute(_SQL["wake"], {"deployment": deployment, "seconds": seconds})


def finish(
    connection: Connection,
    deployment: DeploymentId,
    status: Status,
    telling: Telling,
    *,
    failure: Failure | None = None,
    actor: str = OURSELVES,
) -> None:
    """End a deployment: its one final event, its notifications, and the wake-up of the next in line.

    The failure that began the trouble stays the deployment's, except that a stuck one says why it is stuck.
    """
    encoded = encode(failure)
    row = connection.execute(
        _SQL["finish"],
        {
            "deployment": deployment,
            "status": status,
            "failure": encoded,
            "overriding_failure": encoded if status is Status.STUCK else None,
        },
    ).fetchone()
    if row is None:
        return
    ended = read_deployment(row)
    about = partial(append_event, connection, target=ended.target, deployment=ended.id, actor=actor)
    event = about(EventKind(status), final=True)
    _tell(connection, ended, event, telling)
    if status is Status.SUCCEEDED:
        connection.execute(_SQL["lift_outlived_holds"], {"target": ended.target, "by": OURSELVES})
    if status is Status.ROLLED_BACK and ended.undoes is not None and ended.undo_to is None:
        _reopen(connection, ended)
    if status is Status.STUCK:
        connection.execute(_SQL["close_target"], {"target": ended.target, "deployment": ended.id})
    else:
        wake_next(connection, ended.target)


def _reopen(connection: Connection, undo: Deployment) -> None:
    """Open a target whose trouble is undone."""
    names = {"target": undo.target, "undoes": undo.undoes}
    if connection.execute(_SQL["reopen_undone"], names).fetchone() is not None:
        append_event(
            connection,
            EventKind.TARGET_REOPENED,
            target=undo.target,
            deployment=undo.id,
            actor=undo.actor,
        )


def wake_next(connection: Connection, target: str) -> None:
    """Wake the deployment that waits for this target, if one does."""
    waiting = next_waiting(connection, target)
    if waiting is not None:
        wake(connection, DeploymentId(waiting["id"]))


def next_waiting(connection: Connection, target: str) -> dict[str, Any] | None:
    """Return id and `undoes` of the deployment whose turn is next on this target."""
    return connection.execute(_SQL["next_waiting"], {"target": target}).fetchone()


def append_event(
    connection: Connection,
    kind: EventKind,
    *,
    target: str | None = None,
    deployment: DeploymentId | None = None,
    final: bool = False,
    actor: str = OURSELVES,
    detail: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Put something on record; returns the event's id and time."""
    return one(
        connection.execute(
            _SQL["append_event"],
            {
                "kind": kind,
                "target": target,
                "deployment": deployment,
                "final": final,
                "actor": actor,
                "detail": Jsonb(dict(detail or {})),
            },
        )
    )


def _tell(connection: Connection, ended: Deployment, event: Mapping[str, Any], telling: Telling) -> None:
    kind = EventKind(ended.status)
    if wants(kind, telling):
        message = message_about(connection, ended, kind, event["at"], telling.public_url)
        if message is not None:
            notify(connection, event, kind, message, telling)


def notify(
    connection: Connection, event: Mapping[str, Any], kind: EventKind, message: Message, telling: Telling
) -> None:
    """Remember what to tell each channel that wants to know of such an event. Does not send it."""
    names = {"event": event["id"], "channels": _wanting(kind, telling), "message": encode(message)}
    connection.execute(_SQL["notify"], names)


def wants(kind: EventKind, telling: Telling) -> bool:
    """Tell whether any channel wants to know of such an event."""
    return bool(_wanting(kind, telling))


def _wanting(kind: EventKind, telling: Telling) -> list[str]:
    return [name for name, wanted in telling.subscriptions.items() if kind in wanted]
