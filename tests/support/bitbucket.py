"""Deliveries as Bitbucket Cloud makes them."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from typing import Any

Delivery = tuple[dict[str, str], bytes]


def signed(
    secret: bytes, event: str, payload: Mapping[str, Any] | bytes, *, delivery: str | None = None
) -> Delivery:
    """Sign a payload."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "Bitbucket-Webhooks/2.0",
        "X-Event-Key": event,
        "X-Hook-UUID": "5ee6b2ab-2a4c-4e2a-9f6b-0b6c1c8d7e11",
        "X-Request-UUID": delivery or str(uuid.uuid4()),
        "X-Attempt-Number": "1",
        "X-Hub-Signature": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
    }, body


def push(*changes: dict[str, Any], actor: str = "mara") -> dict[str, Any]:
    """Refs were moved by one push."""
    return {"actor": _actor(actor), "repository": _repository(), "push": {"changes": list(changes)}}


def change(name: str, before: str | None, after: str | None, *, kind: str = "branch") -> dict[str, Any]:
    """One ref was moved; without `before` it was created, without `after` deleted."""
    return {
        "old": None if before is None else _ref(name, before, kind),
        "new": None if after is None else _ref(name, after, kind),
        "created": before is None,
        "closed": after is None,
        "forced": False,
        "truncated": False,
        "commits": [],
    }


def merged(branch: str, merge_commit: str, *, actor: str = "mara") -> dict[str, Any]:
    """A pull request into `branch` was merged."""
    return {
        "actor": _actor(actor),
        "repository": _repository(),
        "pullrequest": {
            "id": 3,
            "state": "MERGED",
            "title": "Give every order a number",
            "source": {"branch": {"name": "feature"}, "commit": {"hash": "2" * 12}},
            "destination": {"branch": {"name": branch}, "commit": {"hash": "1" * 12}},
            "merge_commit": {"hash": merge_commit},
            "closed_by": _actor(actor),
        },
    }


def _ref(name: str, commit: str, kind: str) -> dict[str, Any]:
    return {"type": kind, "name": name, "target": {"type": "commit", "hash": commit, "message": "…"}}


def _actor(name: str) -> dict[str, Any]:
    return {"type": "user", "display_name": "Mara Ünal", "nickname": name, "account_id": "557058:0"}


def _repository() -> dict[str, Any]:
    return {"type": "repository", "name": "app", "full_name": "example/app", "uuid": "{b1}"}
