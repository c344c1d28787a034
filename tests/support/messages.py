"""A notification as the ledger would make it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from orchestrator.domain.deployment import DeploymentId
from orchestrator.domain.event import EventKind, Message, Notification

_MESSAGE = Message(
    event=EventKind.ROLLED_BACK,
    at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    target="staging",
    deployment=DeploymentId(7),
    repository="app",
    branch="staging",
    commit="0123456789abcdef0123456789abcdef01234567",
    subject="Orders get a number",
    actor="ada",
    migrations=("20260101000000", "20260102000000"),
    reasons=("23505 in supabase/migrations/20260102000000_unique.sql:3",),
    remedy="Remove the duplicates first",
    took_seconds=12.3,
    link="https://bascule.example.com/deployments/7",
)


def a_message(**changes: Any) -> Message:
    """Make a message that differs in some fields."""
    return replace(_MESSAGE, **changes)


def a_notification(*, id: int = 1, channel: str = "team", **changes: Any) -> Notification:  # noqa: A002 - the field's name
    """Make a notification whose message differs in some fields."""
    return Notification(id=id, channel=channel, attempts=0, message=a_message(**changes))
