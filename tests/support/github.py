"""Deliveries as GitHub makes them: headers and the raw body, signed."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from typing import Any

Delivery = tuple[dict[str, str], bytes]

ZERO = "0" * 40


def signed(secret: bytes, event: str, payload: Mapping[str, Any], *, delivery: str | None = None) -> Delivery:
    """Sign any payload as application/json."""
    return signed_bytes(secret, event, json.dumps(payload).encode(), delivery=delivery)


def signed_bytes(
    secret: bytes,
    event: str,
    body: bytes,
    *,
    delivery: str | None = None,
    content_type: str = "application/json",
) -> Delivery:
    """Sign a body as it is."""
    return {
        "Accept": "*/*",
        "Content-Type": content_type,
        "User-Agent": "GitHub-Hookshot/0a1b2c3",
        "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": "471193002",
        "X-GitHub-Hook-Installation-Target-ID": "800100200",
        "X-GitHub-Hook-Installation-Target-Type": "repository",
        "X-Hub-Signature": "sha1=" + hmac.new(secret, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
    }, body


def signed_push(
    secret: bytes,
    repository: str,
    branch: str,
    before: str,
    after: str,
    *,
    forced: bool = False,
    actor: str = "mara",
    delivery: str | None = None,
) -> Delivery:
    """A branch was moved from `before` to `after`; zeros mean created or deleted."""
    payload = push_payload(repository, f"refs/heads/{branch}", before, after, forced=forced, actor=actor)
    return signed(secret, "push", payload, delivery=delivery)


def signed_merge(
    secret: bytes,
    repository: str,
    branch: str,
    merge_commit: str,
    *,
    merged: bool = True,
    actor: str = "mara",
    delivery: str | None = None,
) -> Delivery:
    """A pull request into `branch` was closed, by merging it unless told otherwise."""
    pull_request = {
        "number": 41,
        "state": "closed",
        "title": "Give every order a number",
        "merged": merged,
        "merge_commit_sha": merge_commit,
        "merged_by": {"login": actor, "id": 7001} if merged else None,
        "base": {"ref": branch, "sha": "1" * 40, "label": f"example:{branch}"},
        "head": {"ref": "feature/order-numbers", "sha": "2" * 40, "label": "example:feature/order-numbers"},
        "user": {"login": "jonas", "id": 7002},
    }
    payload = {
        "action": "closed",
        "number": 41,
        "pull_request": pull_request,
        "repository": _repository(repository),
        "sender": {"login": actor, "id": 7001},
    }
    return signed(secret, "pull_request", payload, delivery=delivery)


def signed_ping(
    secret: bytes, repository: str, *, insecure_ssl: str = "0", delivery: str | None = None
) -> Delivery:
    """The delivery that a new hook sends first."""
    config = {"content_type": "json", "insecure_ssl": insecure_ssl, "url": "https://deploy.example/webhooks"}
    payload = {
        "zen": "Small steps keep their footing.",
        "hook_id": 471193002,
        "hook": {"id": 471193002, "events": ["pull_request", "push"], "active": True, "config": config},
        "repository": _repository(repository),
    }
    return signed(secret, "ping", payload, delivery=delivery)


def push_payload(
    repository: str, ref: str, before: str, after: str, *, forced: bool = False, actor: str = "mara"
) -> dict[str, Any]:
    """The payload of a push, with the fields that GitHub sends."""
    deleted = not after.strip("0")
    commit = _commit(after, actor)
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "base_ref": None,
        "created": not before.strip("0"),
        "deleted": deleted,
        "forced": forced,
        "compare": f"https://github.com/example/{repository}/compare/{before[:12]}...{after[:12]}",
        "commits": [] if deleted else [commit],
        "head_commit": None if deleted else commit,
        "repository": _repository(repository),
        "pusher": {"name": actor, "email": f"{actor}@example.com"},
        "sender": {"login": actor, "id": 7001, "type": "User"},
    }


def _commit(sha: str, actor: str) -> dict[str, Any]:
    return {
        "id": sha,
        "message": "Add order numbers",
        "timestamp": "2026-11-20T10:15:00+01:00",
        "author": {"name": actor, "email": f"{actor}@example.com", "username": actor},
        "added": ["supabase/migrations/20261120091500_order_numbers.sql"],
        "removed": [],
        "modified": [],
    }


def _repository(name: str) -> dict[str, Any]:
    return {
        "id": 800100200,
        "name": name,
        "full_name": f"example/{name}",
        "private": True,
        "clone_url": f"https://github.com/example/{name}.git",
        "default_branch": "main",
    }
