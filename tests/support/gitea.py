"""Deliveries as Gitea and Forgejo make them; they carry GitHub's headers beside their own."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

Delivery = tuple[dict[str, str], bytes]


def signed(
    secret: bytes,
    event: str,
    payload: Mapping[str, Any] | bytes,
    *,
    forge: str = "Gitea",
    form: bool = False,
    delivery: str | None = None,
) -> Delivery:
    """Sign a payload: the JSON is what is signed, also where a form carries it."""
    content = payload if isinstance(payload, bytes) else json.dumps(payload, ensure_ascii=False).encode()
    delivery = delivery or str(uuid.uuid4())
    digest = hmac.new(secret, content, hashlib.sha256).hexdigest() if secret else ""
    marks = ("Gitea", "Gogs") if forge == "Gitea" else ("Forgejo", "Gitea", "Gogs")
    headers = {"Content-Type": "application/x-www-form-urlencoded" if form else "application/json"}
    for mark in (*marks, "GitHub"):
        headers |= {
            f"X-{mark}-Delivery": delivery,
            f"X-{mark}-Event": event,
            f"X-{mark}-Event-Type": event,
            f"X-{mark}-Signature": digest,
        }
    headers["X-Hub-Signature"] = "sha1=" + (hmac.new(secret, content, hashlib.sha1).hexdigest())
    headers["X-Hub-Signature-256"] = f"sha256={digest}"
    return headers, urlencode({"payload": content}).encode() if form else content


def push(ref: str, before: str, after: str, *, actor: str = "mara") -> dict[str, Any]:
    """A branch or a tag was moved; zeros mean created or deleted."""
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "compare_url": f"https://git.example.com/example/app/compare/{before[:10]}...{after[:10]}",
        "commits": [{"id": after, "message": "Bestellnummern für alle", "added": [], "removed": []}],
        "total_commits": 1,
        "head_commit": {"id": after},
        "repository": _repository(),
        "pusher": {"id": 7, "login": actor, "username": actor, "full_name": "Mara Ünal"},
        "sender": {"id": 7, "login": actor, "username": actor},
    }


def pull_request(
    branch: str, merge_commit: str, *, merged: bool = True, actor: str = "mara"
) -> dict[str, Any]:
    """A pull request into `branch` was closed, by merging it unless told otherwise."""
    return {
        "action": "closed",
        "number": 4,
        "pull_request": {
            "number": 4,
            "state": "closed",
            "merged": merged,
            "merge_commit_sha": merge_commit,
            "merged_by": {"id": 7, "login": actor} if merged else None,
            "base": {"label": branch, "ref": branch, "sha": "1" * 40},
            "head": {"label": "feature", "ref": "feature", "sha": "2" * 40},
        },
        "repository": _repository(),
        "sender": {"id": 7, "login": "jonas"},
    }


def _repository() -> dict[str, Any]:
    return {
        "id": 12,
        "name": "app",
        "full_name": "example/app",
        "clone_url": "https://git.example.com/example/app.git",
        "default_branch": "main",
    }
