"""Deliveries as GitLab makes them: with a token, or signed."""

import base64
import hmac
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

Delivery = tuple[dict[str, str], bytes]

#: base64 of 32 bytes, as GitLab makes them
SIGNING = b"whsec_" + base64.b64encode(b"thirty-two bytes of a test's own")


def told(
    token: bytes, event: str, payload: Mapping[str, Any] | bytes, *, delivery: str | None = None
) -> Delivery:
    """Send a payload with the plain token."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    delivery = delivery or str(uuid.uuid4())
    return {
        "Content-Type": "application/json",
        "User-Agent": "GitLab/19.1.0",
        "X-Gitlab-Event": event,
        "X-Gitlab-Webhook-UUID": "6f2d1a90-3c47-4c7e-b1d5-0a8e5b7c9d11",
        "X-Gitlab-Instance": "https://gitlab.example.com",
        "X-Gitlab-Event-UUID": "13792a34-cac6-4fda-95a8-c58e00a3954e",
        "Idempotency-Key": delivery,
        "X-Gitlab-Token": token.decode("latin-1"),
        "webhook-id": delivery,
        "webhook-timestamp": str(int(time.time())),
    }, body


def signed(
    secret: bytes,
    event: str,
    payload: Mapping[str, Any] | bytes,
    *,
    delivery: str | None = None,
    at: float | None = None,
) -> Delivery:
    """Send a payload with the signature of Standard Webhooks, and with no token."""
    headers, body = told(b"", event, payload, delivery=delivery)
    del headers["X-Gitlab-Token"]
    headers["webhook-timestamp"] = str(int(time.time() if at is None else at))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.digest(base64.b64decode(secret.removeprefix(b"whsec_")), content, "sha256")
    return {**headers, "webhook-signature": "v1," + base64.b64encode(digest).decode()}, body


def push(ref: str, before: str, after: str, *, kind: str = "push", actor: str = "mara") -> dict[str, Any]:
    """A branch or a tag was moved; zeros mean created or deleted."""
    gone = not after.strip("0")
    return {
        "object_kind": kind,
        "event_name": kind,
        "before": before,
        "after": after,
        "ref": ref,
        "ref_protected": True,
        "checkout_sha": None if gone else after,
        "user_id": 7001,
        "user_name": "Mara Ünal",
        "user_username": actor,
        "project_id": 15,
        "project": _project(),
        "commits": [] if gone else [{"id": after, "message": "Add order numbers", "added": []}],
        "total_commits_count": 0 if gone else 1,
    }


def merge_request(
    branch: str, merge_commit: str | None, *, action: str = "merge", actor: str = "mara"
) -> dict[str, Any]:
    """A merge request into `branch` changed."""
    return {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": {"id": 7001, "name": "Mara Ünal", "username": actor},
        "project": _project(),
        "object_attributes": {
            "id": 99,
            "iid": 1,
            "action": action,
            "state": "merged" if action == "merge" else "opened",
            "source_branch": "feature/order-numbers",
            "target_branch": branch,
            "merge_commit_sha": merge_commit,
            "squash_commit_sha": None,
            "last_commit": {"id": "2" * 40},
        },
    }


def _project() -> dict[str, Any]:
    return {
        "id": 15,
        "name": "app",
        "path_with_namespace": "example/app",
        "git_http_url": "https://gitlab.example.com/example/app.git",
        "default_branch": "main",
    }
